package vmhost

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"vmstudy/study"
)

func TestParseWord(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want word
		ok   bool
	}{
		"the desktop is there":     {"ready", word{Verb: "ready"}, true},
		"a task has begun":         {"begun type", word{"begun", "type"}, true},
		"a task is complete":       {"complete type-2", word{"complete", "type-2"}, true},
		"an order is no word":      {"begin type", word{}, false},
		"a task needs its name":    {"complete ", word{}, false},
		"a name is no path":        {"complete ../x", word{}, false},
		"nothing follows the name": {"complete a b", word{}, false},
		"nothing at all":           {"", word{}, false},
	} {
		got, err := parseWord(c.line)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s: parseWord(%q) = %+v, %v; want %+v, ok %v", name, c.line, got, err, c.want, c.ok)
		}
	}
}

func FuzzParseWord(f *testing.F) {
	f.Add("ready")
	f.Add("complete paint")
	f.Fuzz(func(t *testing.T, line string) {
		w, err := parseWord(line)
		if err != nil {
			return
		}
		if again := strings.TrimSuffix(w.Verb+" "+string(w.Task), " "); again != line && w.Verb != "ready" {
			t.Errorf("parsed %q as %+v, which reads %q", line, w, again)
		}
	})
}

func TestBeginLineKeepsAnyGoalOnOneLine(t *testing.T) {
	line := beginLine(study.Task{ID: "type", Goal: "two\nlines; $(rm) \"'"})
	if line != "begin type dHdvCmxpbmVzOyAkKHJtKSAiJw==\n" {
		t.Errorf("got %q", line)
	}
}

// desktop is a machine as the demo has it.
var desktop = hardware{Profile: Desktop, Machine: machineType, CPU: cpuModel, Accelerator: "tcg", RAM: 320 << 20, Width: 1024, Height: 768}

func TestArgumentsKeepTheGuestAlone(t *testing.T) {
	args := strings.Join(desktop.resumeArgs(Files{Memory: "/a/memory.raw", Disk: "/a/disk,1.raw"}), " ")
	for _, want := range []string{
		"-nodefaults", "share=off", "snapshot=on", "-incoming defer", "-vnc none", "file=/a/disk,,1.raw,", "size=335544320",
	} {
		if !strings.Contains(args, want) {
			t.Errorf("no %q in %s", want, args)
		}
	}
	for _, never := range []string{"-net", "tcp:", "0.0.0.0", "share=on", "virtio-net"} {
		if strings.Contains(args, never) {
			t.Errorf("%q in %s", never, args)
		}
	}
}

func TestCopySparseKeepsContentAndLeavesHoles(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "from"), filepath.Join(dir, "to")
	text := make([]byte, 3<<20+100)
	text[5000], text[len(text)-1] = 1, 2
	if err := os.WriteFile(from, text, 0o600); err != nil {
		t.Fatal(err)
	}
	stored, err := copySparse(t.Context(), to, from)
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(sparseBlock + 100); stored != want {
		t.Errorf("stored %d bytes, want %d", stored, want)
	}
	if got, err := os.ReadFile(to); err != nil || !bytes.Equal(got, text) {
		t.Errorf("the copy differs (%v)", err)
	}
}

func TestCPIOIsWhatTheKernelReads(t *testing.T) {
	var out bytes.Buffer
	c := cpio{w: &out}
	c.add("init", 0o100755, []byte("#!x"))
	if c.err != nil {
		t.Fatal(c.err)
	}
	want := "070701" + "00000001" + "000081ed" + "00000000" + "00000000" + "00000001" + "00000000" + "00000003" +
		"00000000" + "00000000" + "00000000" + "00000000" + "00000005" + "00000000" + "init\x00\x00" + "#!x\x00"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}

func TestAptSourcesAreTheHostsOwn(t *testing.T) {
	etc := t.TempDir()
	for name, text := range map[string]string{
		"sources.list.d/debian.sources": "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\n",
		"sources.list.d/other.list":     "deb http://other.example cloud-bookworm main\n",
		"sources.list.d/off.list":       "# deb http://mirror.example bookworm main\n",
		"sources.list.d/old.list.save":  "deb http://mirror.example bookworm main\n",
		"sources.list":                  "deb http://mirror.example bookworm main\n",
	} {
		path := filepath.Join(etc, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := aptSources(etc, "bookworm")
	want := []string{filepath.Join(etc, "sources.list.d/debian.sources"), filepath.Join(etc, "sources.list")}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if _, err := aptSources(etc, "sarge"); err == nil {
		t.Error("found sources of a suite that nobody offers")
	}
}

func TestLayOverMakesProgramsOfScriptsAndKeepsLinks(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "usr/bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("usr/bin", filepath.Join(root, "bin")); err != nil {
		t.Fatal(err)
	}
	err := layOver(root, fstest.MapFS{
		"bin/run":  {Data: []byte("#!/bin/sh\n")},
		"etc/text": {Data: []byte("text")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{"usr/bin/run": 0o755, "etc/text": 0o644} {
		info, err := os.Stat(filepath.Join(root, path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want mode %v", path, info, err, want)
		}
	}
}

// frozen writes an appliance of a few bytes, called x, into dir.
func frozen(t *testing.T, dir string) {
	t.Helper()
	a := Appliance{
		Dir: dir, Name: "x", Profile: Bare, RAM: 1 << 20, Width: 1, Height: 1, QEMU: "7.2.22",
		Machine: machineType, CPU: cpuModel, Accelerator: "tcg", Files: map[string]File{},
	}
	for _, name := range []string{memoryFile, diskFile, deviceFile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("12345678"), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := digest(t.Context(), filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		a.Files[name] = f
	}
	if err := a.save(); err != nil {
		t.Fatal(err)
	}
}

func TestLoadRefusesADamagedAppliance(t *testing.T) {
	dir := t.TempDir()
	frozen(t, dir)
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Verify(t.Context(), nil); err != nil {
		t.Errorf("whole: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, diskFile), []byte("12345679"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := got.Verify(t.Context(), nil); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("one bit off: %v, want a refusal", err)
	}
	if err := os.WriteFile(filepath.Join(dir, diskFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("loaded an appliance with an empty disk")
	}
	if _, err := Load(t.TempDir()); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("empty directory: %v, want not found", err)
	}
}

func TestRecipeRefusesWordsThatWouldBeOptions(t *testing.T) {
	good := Recipe{
		Name: "x", Profile: Desktop, RAM: 64, Disk: 64, Width: 640, Height: 480, Suite: "bookworm",
		Kernel: "linux-image-amd64", Overlay: "overlay", Prepare: "/p", Init: "/i",
	}
	if err := good.check(); err != nil {
		t.Fatalf("good recipe: %v", err)
	}
	for name, spoil := range map[string]func(*Recipe){
		"a package that is an option": func(r *Recipe) { r.Packages = []string{"--hook=x"} },
		"two packages in one":         func(r *Recipe) { r.Packages = []string{"a,b"} },
		"an overlay elsewhere":        func(r *Recipe) { r.Overlay = "../.." },
		"a name that is a path":       func(r *Recipe) { r.Name = "../x" },
		"no memory":                   func(r *Recipe) { r.RAM = 0 },
	} {
		r := good
		spoil(&r)
		if err := r.check(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A container may have a root that can make namespaces, and no users but a few.
func TestMachinesHaveUsersOfTheirOwnOnlyWhereThoseExist(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		want  bool
	}{
		"the whole computer's":                {"         0          0 4294967295\n", true},
		"a container's":                       {"         0     100000      65536\n", false},
		"a container's with many users":       {"0 1000 1\n1 100000 2000000000\n", true},
		"one that ends among those we give":   {fmt.Sprintf("0 100000 %d\n", firstUser+maxPID-1), false},
		"one that begins among those we give": {fmt.Sprintf("%d 100000 4000000\n", firstUser+1), false},
		"a file that is no table":             {"none\n", false},
	} {
		path := filepath.Join(t.TempDir(), "uid_map")
		if err := os.WriteFile(path, []byte(c.table), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := hasUsers(path); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
