package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSocketPathNeverExceedsTheLimitOfTheKernel(t *testing.T) {
	// /run/.s.PGSQL.5432 is 18 bytes longer than the home's path.
	tests := map[string]struct {
		length int // of the home's path, in bytes
		inside bool
	}{
		"a short home holds its socket":         {length: 20, inside: true},
		"the longest that fits":                 {length: 89, inside: true},
		"one byte more goes to a directory tmp": {length: 90, inside: false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := "/" + strings.Repeat("d", tt.length-1)
			got := socketDir(dir, "/tmp", 1000)
			if inside := filepath.Dir(got) == dir; inside != tt.inside {
				t.Errorf("socket of a home of %d bytes is in %s; inside the home: %v, want %v", tt.length, got, inside, tt.inside)
			}
			if n := len(socketPath(got)); n > maxSocketPath {
				t.Errorf("socket path has %d bytes, want at most %d", n, maxSocketPath)
			}
			if again := socketDir(dir, "/tmp", 1000); again != got {
				t.Errorf("second time the socket is in %s, first in %s; want it stable", again, got)
			}
		})
	}
}

func TestSweepRemovesOnlyWhatNobodyHolds(t *testing.T) {
	tmp := filepath.Join(t.TempDir(), "study[2026]") // a name that is also a glob pattern, which would not match itself
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"abandoned", "held", "young"} {
		dir := filepath.Join(tmp, temporaryPrefix+name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if name == "held" {
			h := &home{dir: dir}
			if err := h.acquire(); err != nil {
				t.Fatal(err)
			}
			defer h.close()
		}
		if name != "young" {
			if err := os.Chtimes(dir, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	sweep(tmp)
	for name, want := range map[string]bool{"abandoned": false, "held": true, "young": true} {
		_, err := os.Stat(filepath.Join(tmp, temporaryPrefix+name))
		if got := err == nil; got != want {
			t.Errorf("%s directory exists: %v, want %v", name, got, want)
		}
	}
}

func TestMayPassFollowsTheFirstClassThatApplies(t *testing.T) {
	postgres := account{uid: 101, gid: 104, groups: []uint32{200}}
	tests := map[string]struct {
		mode, uid, gid uint32
		want           bool
	}{
		"everybody may":                           {mode: 0o711, uid: 0, gid: 0, want: true},
		"only the owner may":                      {mode: 0o700, uid: 0, gid: 0, want: false},
		"it is the owner":                         {mode: 0o700, uid: 101, gid: 0, want: true},
		"the owner is worse off than others":      {mode: 0o011, uid: 101, gid: 0, want: false},
		"its group may":                           {mode: 0o710, uid: 0, gid: 104, want: true},
		"a further group may":                     {mode: 0o710, uid: 0, gid: 200, want: true},
		"reading is not passing":                  {mode: 0o744, uid: 0, gid: 0, want: false},
		"the group is worse off than the others":  {mode: 0o701, uid: 0, gid: 104, want: false},
		"a group that it does not belong to may ": {mode: 0o710, uid: 0, gid: 300, want: false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := postgres.mayPass(tt.mode, tt.uid, tt.gid); got != tt.want {
				t.Errorf("mode %o of %d:%d: got %v, want %v", tt.mode, tt.uid, tt.gid, got, tt.want)
			}
		})
	}
}

func TestForeignDirectoryIsNotTakenOver(t *testing.T) {
	tmp := t.TempDir()
	link := filepath.Join(tmp, "link")
	if err := os.Symlink(tmp, link); err != nil {
		t.Fatal(err)
	}
	self := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	if err := self.ownDir(link); err == nil {
		t.Error("a symbolic link was accepted as a private directory")
	}
}

func TestParseMajor(t *testing.T) {
	tests := map[string]struct {
		version string
		want    string // empty: want an error
	}{
		"Debian":            {version: "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", want: "15"},
		"release candidate": {version: "postgres (PostgreSQL) 18rc1\n", want: "18"},
		"something else":    {version: "mariadbd  Ver 10.11\n"},
		"nothing":           {version: ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseMajor(tt.version)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("version of %q is %q (%v), want %q", tt.version, got, err, tt.want)
			}
		})
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var said tail
	for range 100 {
		_, _ = said.Write([]byte(strings.Repeat("noise ", 20) + "\n"))
	}
	_, _ = said.Write([]byte("FATAL: the reason\n"))
	got := said.String()
	if !strings.HasSuffix(got, "FATAL: the reason") || len(got) > tailSize {
		t.Errorf("kept %d bytes ending in %q, want at most %d ending in the reason", len(got), got[len(got)-20:], tailSize)
	}
}
