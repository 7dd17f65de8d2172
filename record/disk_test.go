package record

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/study"
	"vmstudy/studytest"
)

// smallDisk mounts a file system of that size. Only root may: see studytest.AsRoot.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("mounting a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Errorf("unmounting the small disk: %v", err)
		}
	})
	return dir
}

func newLibrary(t *testing.T, c Config) (*Library, *heldStore) {
	t.Helper()
	store := newHeldStore()
	c.Store = store
	l, err := NewLibrary(c)
	if err != nil {
		t.Fatal(err)
	}
	return l, store
}

func TestAFullDiskEndsTheRecordingAndNothingElse(t *testing.T) {
	tests := map[string]struct {
		reserve int64
		least   int64 // bytes that the recording must have
		most    int64
	}{
		"to the last byte":              {0, 3 << 20, 4 << 20},
		"what is reserved stays unused": {2 << 20, 512 << 10, 3 << 20},
		"no room from the beginning":    {8 << 20, 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if studytest.AsRoot(t) {
				return
			}
			dir := smallDisk(t, "4m")
			l, store := newLibrary(t, Config{Dir: dir, Reserve: tt.reserve})
			var got study.Recording
			pump(t, l, 5, func(sent int) bool { // pump fails the test if anything does not reach the viewer
				select {
				case got = <-store.ended:
				default:
				}
				return got.Attempt != 0 && sent > 8<<20
			})
			l.Finish(5)
			if err := l.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if got.Ended != study.DiskFull || got.Bytes < tt.least || got.Bytes > tt.most {
				t.Errorf("the recording ended %q with %d bytes, want disk_full with %d to %d", got.Ended, got.Bytes, tt.least, tt.most)
			}
			if tt.least == 0 {
				return
			}
			s := examined(t, l, 5)
			if s.SHA256 != got.SHA256 || s.Bytes != got.Bytes || s.Duration != got.Duration || s.Segments != 1 {
				t.Errorf("the file holds %+v, and on record is %+v", s, got)
			}
		})
	}
}

// examined reads a recording, which must be complete.
func examined(t *testing.T, l *Library, a study.AttemptID) Summary {
	t.Helper()
	f, err := l.Open(a)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s, err := Examine(f)
	if err != nil {
		t.Errorf("the recording cannot be read to its end: %v", err)
	}
	return s
}

func TestARecordingOfAWholeTrial(t *testing.T) {
	l, store := newLibrary(t, Config{Dir: t.TempDir()})
	for range 2 { // the page was loaded again in between
		pump(t, l, 7, func(sent int) bool { return sent > 1<<20 })
	}
	l.Finish(7)
	if err := l.Close(t.Context()); err != nil {
		t.Error(err)
	}
	got := <-store.ended
	s := examined(t, l, 7)
	want := study.Recording{
		Attempt: 7, BeganAt: got.BeganAt, Ended: study.RecordedWhole,
		Duration: s.Duration, Segments: 2, Bytes: s.Bytes, SHA256: s.SHA256,
	}
	if got != want || got.Bytes < 2<<20 {
		t.Errorf("on record is %+v, want %+v", got, want)
	}
	if <-store.begun != 7 || s.Header.Attempt != 7 || !s.Header.Began.Equal(got.BeganAt) {
		t.Errorf("the header says %+v", s.Header)
	}
}

// After a backup was restored, the numbers of attempts run again, and the files of those who had them before are still there.
func TestAFileOfSomebodyElseIsNeitherShownNorTouched(t *testing.T) {
	whole := written(t, []Item{Segment{}, Block{At: time.Second, Data: []byte("theirs")}}, true).Bytes()
	for name, theirs := range map[string][]byte{"whole": whole, "torn": whole[:len(whole)-8], "no recording": []byte("x")} {
		l, store := newLibrary(t, Config{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
		write(t, l.Path(7), theirs)
		pump(t, l, 7, func(sent int) bool { return sent > 1<<20 })
		l.Finish(7)
		if err := l.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := <-store.ended; got.Ended != study.DiskFailed || got.Bytes != 0 || got.Segments != 0 || got.Duration != 0 || got.SHA256 != nothing().SHA256 {
			t.Errorf("%s: on record is %+v, want nothing, because of the disk", name, got)
		}
		if left, err := os.ReadFile(l.Path(7)); err != nil || !bytes.Equal(left, theirs) {
			t.Errorf("%s: the file of the other was changed (%v)", name, err)
		}
	}
}

func TestAFileOfSomebodyElseStaysIfTheParticipantIsErasedMeanwhile(t *testing.T) {
	l, err := NewLibrary(Config{Dir: t.TempDir(), Store: erasedStore{newHeldStore()}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	write(t, l.Path(7), []byte("theirs"))
	pump(t, l, 7, func(sent int) bool { return sent > 1<<20 })
	l.Finish(7)
	if err := l.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadFile(l.Path(7)); err != nil || string(left) != "theirs" {
		t.Errorf("the file of the other has become %q (%v)", left, err)
	}
}

// erasedStore is a store whose participant has had everything erased before a recording ended.
type erasedStore struct{ *heldStore }

func (erasedStore) EndRecording(context.Context, study.Recording) error { return study.ErrNotFound }

func TestARestartClosesOffWhatAKilledServerLeft(t *testing.T) {
	l, store := newLibrary(t, Config{Dir: t.TempDir()})
	whole := written(t, []Item{Segment{}, Block{At: time.Second, Data: []byte("seen")}, Block{At: 2 * time.Second, Data: bytes.Repeat([]byte("lost"), 100)}}, true).Bytes()
	for a, file := range map[study.AttemptID][]byte{1: whole[:len(whole)-8], 2: nil, 3: whole, 4: whole} {
		write(t, l.Path(a), file)
	}
	leftover := filepath.Join(l.dir, "4.replay")
	write(t, leftover, nil)
	store.all = []study.Recording{
		{Attempt: 1},
		{Attempt: 2},
		{Attempt: 3, Ended: study.RecordedWhole},
		{Attempt: 4, Ended: study.RecordedWhole, DeletedAt: time.Now()},
		{Attempt: 9}, // the server was killed before there was a file
	}
	if n, err := l.Recover(t.Context()); n != 3 || err != nil {
		t.Fatalf("recovered %d (%v), want 3", n, err)
	}
	got := map[study.AttemptID]study.Recording{}
	for range 3 {
		r := <-store.ended
		got[r.Attempt] = r
	}
	s := examined(t, l, 1)
	if r := got[1]; r.Ended != study.ServerStopped || r.Duration != 2*time.Second || r.SHA256 != s.SHA256 || s.Segments != 1 {
		t.Errorf("a torn recording became %+v, its file holds %+v", r, s)
	}
	for _, a := range []study.AttemptID{2, 9} {
		if r := got[a]; r.Ended != study.ServerStopped || r.Bytes != 0 || len(r.SHA256) != 64 {
			t.Errorf("an empty recording became %+v", r)
		}
	}
	if _, err := l.Open(4); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("a deleted recording is opened: %v", err)
	}
	if _, err := os.Stat(leftover); err == nil {
		t.Error("what was made of a deleted recording is still there")
	}
	examined(t, l, 3)
}

func write(t *testing.T, path string, file []byte) {
	t.Helper()
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
}
