package namespace

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"vmstudy/studytest"
)

func TestNamesAreMadeFitForFilesAndInterfaces(t *testing.T) {
	for name, want := range map[string]string{
		"P001-t3-a1":               "P001-t3-a1",
		"../../etc":                "etc",
		strings.Repeat("long", 20): strings.Repeat("long", 10),
		"":                         "link",
		"Übung №7":                 "bung7",
		"x\x00y/z\n":               "xyz",
		"P001 trial 12, attempt 2": "P001trial12attempt2",
	} {
		if got := clean(name); got != want {
			t.Errorf("clean(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestThreadsComeHome(t *testing.T) {
	if studytest.AsRoot(t) {
		return
	}
	home, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	away, err := Unnamed()
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	var all errgroup.Group
	for range 50 {
		all.Go(func() error {
			return away.Do(func() error {
				if here, err := os.Readlink("/proc/thread-self/ns/net"); err != nil || here == home {
					return fmt.Errorf("inside is %q, %v", here, err)
				}
				return nil
			})
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	threads, err := filepath.Glob("/proc/self/task/*/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		// Readlink fails for a thread that has ended.
		if at, err := os.Readlink(thread); err == nil && at != home {
			t.Errorf("thread %s is still in %s", thread, at)
		}
	}
}

// A process that could make files but no namespaces once left the file of a name behind, so that no later
// link could have this name.
func TestANameIsTakenOverFromWhoLeftItBehind(t *testing.T) {
	if studytest.AsRoot(t) {
		return
	}
	mark, err := SetMark("left")
	if err != nil {
		t.Fatal(err)
	}
	defer mark.Remove()
	err = os.MkdirAll(namespaceDir, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(namespaceDir, mark.Near()), nil, 0o444)
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time, the name has a namespace that was not closed
		n, err := New(mark.Near())
		if err != nil {
			t.Fatal(err)
		}
		defer n.file.Close()
	}
	if err := removeNamespace(mark.Near()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(namespaceDir, mark.Near())); !os.IsNotExist(err) {
		t.Errorf("the name is still there: %v", err)
	}
}

func TestWhoMayNotMountLeavesNoName(t *testing.T) {
	if studytest.AsRoot(t) {
		return
	}
	if name := os.Getenv("NAMESPACE_WITHOUT_RIGHT"); name != "" {
		if n, err := New(name); err == nil {
			n.Close()
			t.Error("it made a namespace")
		}
		return
	}
	mark, err := SetMark("right")
	if err != nil {
		t.Fatal(err)
	}
	defer mark.Remove()
	cmd := exec.CommandContext(t.Context(), "setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "NAMESPACE_WITHOUT_RIGHT="+mark.Near())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(namespaceDir, mark.Near())); !os.IsNotExist(err) {
		t.Errorf("it left its name behind: %v", err)
	}
}
