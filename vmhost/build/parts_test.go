package build

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"vmstudy/study"
	"vmstudy/vmhost/qemu"
)

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
		"bin/made": {Data: []byte("\x7fELF\x02\x01")},
		"etc/text": {Data: []byte("text")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{"usr/bin/run": 0o755, "usr/bin/made": 0o755, "etc/text": 0o644} {
		info, err := os.Stat(filepath.Join(root, path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want mode %v", path, info, err, want)
		}
	}
}

func TestADesktopIsNotBuiltWhereAptCannotInstall(t *testing.T) {
	for path, want := range map[string]error{
		"/srv/a, b=c 'd' %41 ü [x]/appliances/demo": nil,
		`/srv/the "best" study/appliances/demo`:     study.ErrInvalid,
	} {
		if err := nameForApt(path); !errors.Is(err, want) || (want != nil && !strings.Contains(study.Sentence(err), "double quote")) {
			t.Errorf("in %s: %v, want %v", path, err, want)
		}
	}
}

func TestRecipeRefusesWordsThatWouldBeOptions(t *testing.T) {
	good := recipe{
		Name: "x", Profile: qemu.Desktop, RAM: 64, Disk: 64, Width: 640, Height: 480, Suite: "bookworm",
		Kernel: "linux-image-amd64", Overlay: "overlay", Prepare: "/p", Init: "/i",
	}
	if err := good.check(); err != nil {
		t.Fatalf("good recipe: %v", err)
	}
	for name, spoil := range map[string]func(*recipe){
		"a package that is an option": func(r *recipe) { r.Packages = []string{"--hook=x"} },
		"two packages in one":         func(r *recipe) { r.Packages = []string{"a,b"} },
		"an overlay elsewhere":        func(r *recipe) { r.Overlay = "../.." },
		"a name that is a path":       func(r *recipe) { r.Name = "../x" },
		"no memory":                   func(r *recipe) { r.RAM = 0 },
	} {
		r := good
		spoil(&r)
		if err := r.check(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
