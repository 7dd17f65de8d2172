package record

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/rfb/wire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// shelf returns a library with two recordings. The one of attempt 1 is short. To make a video of the one of attempt 2 takes
// minutes.
func shelf(t *testing.T) *Library {
	t.Helper()
	l, err := NewLibrary(Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close(context.Background()) })
	size := image.Pt(160, 120)
	for a, step := range map[study.AttemptID]time.Duration{1: 100 * time.Millisecond, 2: time.Hour} {
		if err := os.WriteFile(l.Path(a), shoot(t, wire.ZRLE, size, 10, 0, step).file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func within(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit, tick := time.After(30*time.Second), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

func TestAVideoMayHaveAnyName(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	t.Chdir(t.TempDir())
	for _, name := range []string{"lab:7.mp4", `a, b=c 'd" %41 ü [x].mp4`, "%d.mp4", "-i.mp4"} {
		if err := TryVideo(t.Context(), name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAVideoIsMadeOnceAndGoesWithItsRecording(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	l := shelf(t)
	if _, err := l.OpenVideo(1); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("before it is made it is opened: %v", err)
	}
	if err := l.MakeVideo(1); err != nil {
		t.Fatal(err)
	}
	within(t, "it is made", func() bool { return l.Video(1).Made() })
	f, err := l.OpenVideo(1)
	if err != nil {
		t.Fatal(err)
	}
	made, err := f.Stat()
	head := make([]byte, 8)
	_, readErr := io.ReadFull(f, head)
	if err := errors.Join(err, readErr, f.Close()); err != nil || !bytes.Equal(head[4:], []byte("ftyp")) {
		t.Errorf("the video begins with %q (%v), want an MP4", head, err)
	}
	if err := l.MakeVideo(1); err != nil {
		t.Fatal(err)
	}
	if again, err := os.Stat(l.videoPath(1)); err != nil || !again.ModTime().Equal(made.ModTime()) {
		t.Errorf("it was made twice (%v)", err)
	}
	if err := l.Remove(1); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(l.videoPath(1)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the recording is removed, its video is not: %v", err)
	}
}

func TestVideosAreMadeOneAtATimeAndCanBeCancelled(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	l := shelf(t)
	if err := l.MakeVideo(2); err != nil {
		t.Fatal(err)
	}
	if err := l.MakeVideo(1); !errors.Is(err, study.ErrConflict) || !strings.Contains(study.Sentence(err), "one at a time") {
		t.Errorf("a second one is begun beside it: %v", err)
	}
	within(t, "it gets on", func() bool { return l.Video(2).Share > 0 })
	l.CancelVideo(1) // must not cancel the other
	if !l.Video(2).Making {
		t.Error("it is not being made any more: another was cancelled")
	}
	l.CancelVideo(2)
	if v := l.Video(2); v.Making || v.Made() || v.Err != nil {
		t.Errorf("cancelled it is %+v, want as if it had never been", v)
	}
	if left, err := filepath.Glob(filepath.Join(l.dir, "*.mp4")); err != nil || len(left) != 0 {
		t.Errorf("it left %v (%v)", left, err)
	}
	if err := l.MakeVideo(1); err != nil {
		t.Errorf("now another may be made: %v", err)
	}
}

func TestWithoutFFmpegAVideoIsRefusedWithASentence(t *testing.T) {
	l := shelf(t)
	t.Setenv("PATH", t.TempDir())
	if err := l.MakeVideo(1); !strings.Contains(study.Sentence(err), "ffmpeg, which is not installed") {
		t.Errorf("refused with %v", err)
	}
}

func TestAVideoThatCannotBeMadeSaysWhy(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	l := shelf(t)
	if err := os.WriteFile(l.Path(1), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := l.MakeVideo(1); err != nil {
		t.Fatal(err)
	}
	within(t, "it has failed", func() bool { return l.Video(1).Err != nil })
}
