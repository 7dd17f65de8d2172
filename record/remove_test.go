package record

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// strange are names of directories that people may choose. They would mean something else if a path was taken for a pattern.
var strange = []string{"study[2026]", "what?", "all*", `back\slash`, "{a,b}", "[", "plain"}

// filesOf lists the files in the directory of a library.
func filesOf(t *testing.T, l *Library) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestRemoveDeletesAllOfOneAttemptInADirectoryOfAnyName(t *testing.T) {
	for _, name := range strange {
		t.Run(name, func(t *testing.T) {
			l, _ := newLibrary(t, Config{Dir: filepath.Join(t.TempDir(), name)})
			for _, file := range []string{"7.fbs.zst", "7.replay", "7.replay.json", "7.replay.part", "7.mp4", "7.part.mp4", "77.fbs.zst", "17.mp4"} {
				write(t, filepath.Join(l.dir, file), []byte("x"))
			}
			if err := l.Remove(7); err != nil {
				t.Errorf("Remove: %v", err)
			}
			if left := strings.Join(filesOf(t, l), " "); left != "17.mp4 77.fbs.zst" {
				t.Errorf("left are %s, want the other attempts' files", left)
			}
		})
	}
}

func TestARemovalThatDeletesNothingSaysSo(t *testing.T) {
	l, store := newLibrary(t, Config{Dir: t.TempDir()})
	if err := l.Remove(7); !errors.Is(err, study.ErrNotFound) || !strings.Contains(study.Sentence(err), "nothing was deleted") {
		t.Errorf("Remove without a file: %v, want a sentence of kind not found", err)
	}
	write(t, filepath.Join(l.dir, "8.mp4"), []byte("x"))
	if err := l.Remove(8); err != nil {
		t.Errorf("Remove of what is left of a recording: %v", err)
	}
	if err := os.RemoveAll(l.dir); err != nil {
		t.Fatal(err)
	}
	write(t, l.dir, nil) // makes it a file, and not a directory any more
	if err := l.Remove(7); err == nil || errors.Is(err, study.ErrNotFound) {
		t.Errorf("Remove where the directory cannot be read: %v, want that", err)
	}
	if err := os.Remove(l.dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(l.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	store.all = []study.Recording{{Attempt: 7, Ended: study.RecordedWhole, DeletedAt: time.Now()}}
	if _, err := l.Recover(t.Context()); err != nil {
		t.Errorf("a start after everything was deleted: %v", err)
	}
}

func TestNothingIsMadeOfARecordingThatIsRemoved(t *testing.T) {
	l, _ := newLibrary(t, Config{Dir: t.TempDir()})
	defer l.Close(context.Background())
	file := shoot(t, wire.Tight, image.Pt(64, 64), 20, 0, time.Second).file
	for _, busy := range []bool{true, false} {
		write(t, l.Path(3), file)
		if busy { // as if another replay was being made
			l.oneReplay <- struct{}{}
		}
		if _, _, _, err := l.OpenReplay(3); err != nil {
			t.Fatal(err)
		}
		if err := l.Remove(3); err != nil {
			t.Errorf("Remove while a replay is to be made (others are: %v): %v", busy, err)
		}
		if left := filesOf(t, l); len(left) > 0 {
			t.Errorf("left of a removed recording (others are made: %v): %v", busy, left)
		}
		if busy {
			<-l.oneReplay
		}
		if _, _, _, err := l.OpenReplay(3); err != nil {
			t.Errorf("a replay of what is gone is asked for: %v, want to hear of it at the next call", err)
		}
		within(t, "it is said that there is nothing", func() bool {
			_, _, _, err := l.OpenReplay(3)
			return errors.Is(err, study.ErrNotFound)
		})
	}
}

func TestFilesThatNobodyCouldWithdrawAreNamed(t *testing.T) {
	l, _ := newLibrary(t, Config{Dir: t.TempDir()})
	for _, file := range []string{"7.fbs.zst", "7.replay", "8.fbs.zst", "9.mp4", "copy of 7.fbs.zst", ".nfs01"} {
		write(t, filepath.Join(l.dir, file), []byte("x"))
	}
	got, err := l.Strangers([]study.Recording{{Attempt: 7}, {Attempt: 8, DeletedAt: time.Now()}})
	if err != nil || len(got) != 3 {
		t.Fatalf("named are %q, %v; want three files", got, err)
	}
	for i, say := range []string{`"8.fbs.zst": its recording counts as deleted`, `"9.mp4": it belongs to no recording`, `"copy of 7.fbs.zst": it belongs to no recording`} {
		if !strings.HasPrefix(got[i], say) {
			t.Errorf("got %s, want %s", got[i], say)
		}
	}
}
