package namespace

import (
	"fmt"
	"os"
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
	studytest.Need(t, "root")
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
				if here, err := os.Readlink(threadNamespace); err != nil || here == home {
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
		// A thread that has ended meanwhile is in no namespace.
		if at, err := os.Readlink(thread); err == nil && at != home {
			t.Errorf("thread %s is still in %s", thread, at)
		}
	}
}
