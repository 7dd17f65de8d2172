package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"vmstudy/netem/tun"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/studytest"
	"vmstudy/vmhost"
)

var update = flag.Bool("update", false, "write the documentation anew from the help texts")

func TestMain(m *testing.M) {
	vmhost.ExecMain()
	tun.ExecMain()
	if os.Getenv(asStudyctl) != "" {
		os.Exit(cli.Main("studyctl", run))
	}
	if data := os.Getenv(doctorEnv); data != "" {
		if err := run(context.Background(), []string{"doctor", "--json", "--data", data}, os.Stdout, os.Stderr); err != nil {
			os.Exit(1)
		}
		return
	}
	if data := os.Getenv(commandIn); data != "" {
		beCommand(data)
	}
	os.Exit(m.Run())
}

// command runs studyctl in this process.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out, errs bytes.Buffer
	err := run(t.Context(), args, &out, &errs)
	if t.Failed() {
		t.Log(errs.String())
	}
	return out.String(), err
}

func TestConfigHidesThePassword(t *testing.T) {
	const secret = "hunter2hunter2"
	for _, flags := range [][]string{{}, {"--json"}} {
		out, err := command(t, append([]string{"config", "--database-url", "postgres://u:" + secret + "@host/db"}, flags...)...)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out, secret) || !strings.Contains(out, "host/db") {
			t.Errorf("config %v prints %q; want the host without the password", flags, out)
		}
	}
}

func TestSettingsComeFromTheEnvironment(t *testing.T) {
	t.Setenv("STUDYCTL_LISTEN", "127.0.0.1:9999")
	t.Setenv("STUDYCTL_DATA", filepath.Join(t.TempDir(), "there"))
	out, err := command(t, "config", "--json")
	var got Config
	if err == nil {
		err = json.Unmarshal([]byte(out), &got)
	}
	if err != nil || got.Listen != "127.0.0.1:9999" || filepath.Base(got.Data) != "there" {
		t.Errorf("config = %+v, %v; want the environment's values", got, err)
	}
}

func TestMistakesGetASentence(t *testing.T) {
	data := t.TempDir()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	tests := map[string]struct {
		args []string
		say  string
	}{
		"an unknown appliance":        {[]string{"appliance", "verify", "nothing"}, `appliance "nothing" is not installed`},
		"an appliance that is a path": {[]string{"appliance", "verify", "../x"}, "no name of an appliance"},
		"an unknown recipe":           {[]string{"appliance", "build", "nothing"}, "not found"},
		"an address that is taken":    {[]string{"serve", "--listen", taken.Addr().String()}, "stop that one, or choose another address"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := command(t, append(tt.args, "--data", data)...)
			if err == nil || !strings.Contains(cli.Explain(err), tt.say) {
				t.Errorf("%v: %v, want %q", tt.args, err, tt.say)
			}
		})
	}
}

func TestTheDemoIsRefusedAnAddressBeforeItBuilds(t *testing.T) {
	fake(t, "mmdebstrap", "exit 1") // a build would fail with that
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, err = command(t, "demo", "--listen", taken.Addr().String(), "--data", t.TempDir())
	if say := study.Sentence(err); !strings.Contains(say, "another program does already") || !strings.Contains(say, "STUDYCTL_LISTEN=") {
		t.Errorf("on a taken port the demo ends with %v (%q), want a sentence that says so", err, say)
	}
}

func TestDoctorFindsOutByDoing(t *testing.T) {
	studytest.Need(t, "postgres", "qemu", "fuse")
	out, err := command(t, "doctor", "--json", "--data", t.TempDir())
	if err != nil && !errors.Is(err, errUnwell) { // there is no appliance in an empty directory
		t.Fatal(err)
	}
	found := diagnoses(t, []byte(out))
	for name, f := range found {
		if !f.OK && f.Mend == "" {
			t.Errorf("%s does not work (%s), and nothing says how to mend it", name, f.Detail)
		}
	}
	for _, name := range []string{"postgres", "qemu", "fuse", "netem", "memory"} {
		if !found[name].OK {
			t.Errorf("%s: %s; want it to work", name, found[name].Detail)
		}
	}
	if err == nil || found["appliances"].OK {
		t.Error("an empty data directory has an appliance")
	}
}

func TestEmulatedMachinesAreForPilots(t *testing.T) {
	counted := study.Session{Participant: study.Participant{Code: "P001"}}
	pilot := study.Session{Participant: study.Participant{Code: "T001", Pilot: true}}
	tests := map[string]struct {
		kvm, allow bool
		session    study.Session
		want       error
	}{
		"kvm admits everyone":              {true, false, counted, nil},
		"tcg refuses those who count":      {false, false, counted, study.ErrConflict},
		"tcg admits pilots":                {false, false, pilot, nil},
		"tcg admits everyone when told so": {false, true, counted, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if err := admitOn(tt.kvm, tt.allow)(t.Context(), tt.session); !errors.Is(err, tt.want) {
				t.Errorf("admitted with %v, want %v", err, tt.want)
			}
		})
	}
}

func TestOnlyOneServerUsesADataDirectory(t *testing.T) {
	c := Config{Data: t.TempDir()}
	release, err := c.claimData()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.claimData(); !errors.Is(err, study.ErrConflict) {
		t.Errorf("a second claim: %v, want a conflict", err)
	}
	release()
	again, err := c.claimData()
	if err != nil {
		t.Fatalf("a claim after the release: %v", err)
	}
	again()
}

func TestASecondServerIsToldWhereTheFirstServes(t *testing.T) {
	c := Config{Data: t.TempDir(), Listen: "127.0.0.1:8765"}
	release, err := c.claimData()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	_, err = c.claimData()
	say := study.Sentence(err)
	for _, want := range []string{c.Data, "http://127.0.0.1:8765", strconv.Itoa(os.Getpid()), "STUDYCTL_DATA"} {
		if !strings.Contains(say, want) {
			t.Errorf("the second server is told %q, want %q in it", say, want)
		}
	}
}

// TestTheReferenceIsCurrent compares docs/studyctl.md with the help texts, from which it is printed.
func TestTheReferenceIsCurrent(t *testing.T) {
	const path = "../docs/studyctl.md"
	got := reference(t)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/studyctl.md differs from the help texts; run go test ./studyctl -update (-file +help):\n%s", diff)
	}
}

func reference(t *testing.T) string {
	t.Helper()
	var c commands
	parser, err := kong.New(&c, kong.Name("studyctl"))
	if err != nil {
		t.Fatal(err)
	}
	text := "# studyctl\n\nPrinted from the program's own help; do not edit.\n"
	for _, args := range append([][]string{nil}, leaves(parser.Model.Node, nil)...) {
		title := strings.Join(append([]string{"studyctl"}, args...), " ")
		text += "\n## " + title + "\n\n```\n" + help(t, args) + "```\n"
	}
	return text
}

// leaves lists every command.
func leaves(n *kong.Node, path []string) (all [][]string) {
	for _, child := range n.Children {
		here := append(path[:len(path):len(path)], child.Name)
		if len(child.Children) == 0 {
			all = append(all, here)
		}
		all = append(all, leaves(child, here)...)
	}
	return all
}

// help returns what a command prints with --help. The default of --data is shortened, since it depends on the directory.
func help(t *testing.T, args []string) string {
	t.Helper()
	var c commands
	var out bytes.Buffer
	parser, err := newParser(&c, &out, &out)
	if err != nil {
		t.Fatal(err)
	}
	parser.Exit = func(int) { panic(helpPrinted{}) }
	func() {
		defer func() {
			if r := recover(); r != (helpPrinted{}) {
				t.Fatalf("help of %v ended with %v", args, r)
			}
		}()
		_, err = parser.Parse(append(args, "--help"))
	}()
	return regexp.MustCompile(`default="[^"]*/data"`).ReplaceAllString(out.String(), `default="data"`)
}

type helpPrinted struct{}
