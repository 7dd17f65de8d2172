package tun

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"vmstudy/netem"
	"vmstudy/netem/namespace/namespacetest"
	"vmstudy/netem/netemtest"
	"vmstudy/netem/pump"
	"vmstudy/study"
	"vmstudy/studytest"
)

// namedLinks are links in namespaces that have names; only root can make them.
var namedLinks = namespacetest.Way{
	Open: func(name string) (netem.Link, error) { return (&Maker{}).New(name, nil, study.Network{}, 1) },
	Inside: func(link netem.Link, at netem.End, do func() error) error {
		return link.(*Link).place.(*named).end(at).Do(do)
	},
}

// TestMain runs every test with as many watches as the program has.
func TestMain(m *testing.M) {
	ExecMain()
	namedLinks.Main()
	if os.Getenv(abandon) != "" {
		s, err := newShelter()
		fmt.Println(s.process.Process.Pid, err)
		select {} // until killed
	}
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), pump.Watches+1))
	os.Exit(m.Run())
}

// abandon is the environment variable that makes this test binary start a shelter, print its process ID,
// and wait to be killed.
const abandon = "TUN_ABANDON_SHELTER"

func TestAShelterEndsWithTheProcessThatStartedIt(t *testing.T) {
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), abandon+"=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	var failed string
	if _, err := fmt.Fscan(out, &pid, &failed); err != nil || failed != "<nil>" {
		t.Fatalf("child: %q, %v", failed, err)
	}
	shelter, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(shelter)
	child.Process.Kill()
	child.Wait()
	ended, err := unix.Poll([]unix.PollFd{{Fd: int32(shelter), Events: unix.POLLIN}}, 30_000)
	if err != nil || ended != 1 {
		t.Errorf("the shelter lives on: %d, %v", ended, err)
	}
}

// maker returns a maker of links. Without root it uses a shelter.
func maker(t *testing.T) *Maker {
	t.Helper()
	studytest.Need(t, "tun")
	m, err := NewMaker()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if (m.shelter != nil) != unprivileged() {
		t.Fatalf("links are made %s, but unprivileged is %v", m.Says(), unprivileged())
	}
	return m
}

func unprivileged() bool { return os.Geteuid() != 0 }

func TestLinkConforms(t *testing.T) {
	m := maker(t)
	netemtest.Test(t, func(t *testing.T, n study.Network) netem.Link {
		t.Helper()
		link, err := m.New(t.Name(), nil, n, 1)
		if err != nil {
			t.Fatalf("open link: %v", err)
		}
		return link
	})
}

func TestLinkCarriesPackets(t *testing.T) {
	m := maker(t)
	netemtest.TestPackets(t, func(t *testing.T, n study.Network) (netemtest.PacketLink, error) {
		return m.New(t.Name(), nil, n, 1)
	})
}

func TestEndsAreNamespaces(t *testing.T) {
	studytest.Need(t, "tun")
	if studytest.AsRoot(t) {
		return
	}
	namedLinks.Test(t)
}

func TestAProgramAtTheNearEndSeesTheLinkAlone(t *testing.T) {
	link, err := maker(t).New(t.Name(), nil, study.Network{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	var out strings.Builder
	program := exec.Command("sh", "-c", "id -u; ls /sys/class/net | wc -l; cat /proc/net/dev; grep CapEff /proc/self/status")
	program.Stdout, program.Stderr = &out, &out
	if err := link.StartNear(program); err != nil {
		t.Fatal(err)
	}
	if err := program.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	lines := strings.Split(out.String(), "\n")
	if want := exec.Command("id", "-u"); lines[0] != strings.TrimSpace(output(t, want)) {
		t.Errorf("it runs as user %s", lines[0])
	}
	if devices := strings.Count(out.String(), ":  ") + strings.Count(out.String(), ": "); !strings.Contains(out.String(), "lo:") || devices == 0 {
		t.Errorf("it sees:\n%s", out.String())
	}
	if unprivileged() && !strings.Contains(out.String(), "CapEff:\t0000000000000000") {
		t.Errorf("it has capabilities:\n%s", out.String())
	}
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestWithoutPrivilege runs the tests of links as a user without privileges. Everybody may open
// /dev/net/tun, as on Debian. If the tests already run as such a user, it does nothing.
func TestWithoutPrivilege(t *testing.T) {
	if unprivileged() {
		return
	}
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	const script = `mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200 &&
		cd / && exec setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all /proc/self/fd/3 "$@"`
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "sh", "-c", script, "sh", "-test.v", "-test.run=^(TestLinkConforms|TestLinkCarriesPackets|TestAProgram.*)$")
	cmd.ExtraFiles = []*os.File{self}
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	for _, want := range []string{"--- PASS: TestLinkConforms", "--- PASS: TestLinkCarriesPackets", "--- PASS: TestAProgram"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q:\n%s", want, out)
		}
	}
}
