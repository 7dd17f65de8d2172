package record

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"vmstudy/files"
	"vmstudy/study"
)

// libraryVideo is how the videos of a library are made: the rate shows what a person can follow.
var libraryVideo = Video{Rate: 15, Overlay: true}

// VideoState is how far the video of a recording is. At most one of Made, Making and Err says
// something.
type VideoState struct {
	Bytes  int64   // of the file; 0 while there is none
	Making bool    // it is being made
	Share  float64 // how much of it, from 0 to 1
	Err    error   // why the last attempt to make it came to nothing
}

// Made reports whether there is a video.
func (v VideoState) Made() bool { return v.Bytes > 0 }

// videos are made one at a time, each once, and kept beside their recordings.
type videos struct {
	mu     sync.Mutex
	of     study.AttemptID         // whose is being made; 0 for nobody's
	cancel context.CancelCauseFunc // ends that
	done   chan struct{}           // closed when that has ended
	share  atomic.Uint64           // in millionths
	failed map[study.AttemptID]error
}

// errCancelled is why a video that nobody wants any more is not made.
var errCancelled = errors.New("cancelled")

func (l *Library) videoPath(a study.AttemptID) string { return l.replayPath(a, "mp4") }

// Video returns how far the video of an attempt is.
func (l *Library) Video(a study.AttemptID) VideoState {
	if info, err := os.Stat(l.videoPath(a)); err == nil {
		return VideoState{Bytes: info.Size()}
	}
	l.videos.mu.Lock()
	defer l.videos.mu.Unlock()
	if l.videos.of == a {
		return VideoState{Making: true, Share: float64(l.videos.share.Load()) / 1e6}
	}
	return VideoState{Err: l.videos.failed[a]}
}

// OpenVideo opens the video of an attempt. A missing one is study.ErrNotFound.
func (l *Library) OpenVideo(a study.AttemptID) (*os.File, error) {
	f, err := os.Open(l.videoPath(a))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, study.Refuse(study.ErrNotFound, "there is no video of this recording yet")
	}
	return f, err
}

// MakeVideo begins to make the video of an attempt, unless there is one or it is being made. While
// another is being made it is refused, as it is without ffmpeg.
func (l *Library) MakeVideo(a study.AttemptID) error {
	if l.Video(a).Made() {
		return nil
	}
	if err := Encodable(); err != nil {
		return err
	}
	l.videos.mu.Lock()
	defer l.videos.mu.Unlock()
	switch {
	case l.closing.Load():
		return errClosing
	case l.videos.of == a:
		return nil
	case l.videos.of != 0:
		return study.Refuse(study.ErrConflict, "another video is being made: one at a time, so that trials have the machine. Try again in a while")
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	l.videos.of, l.videos.cancel, l.videos.done = a, cancel, make(chan struct{})
	l.videos.share.Store(0)
	delete(l.videos.failed, a)
	l.writing.Go(func() {
		defer cancel(nil)
		l.madeVideo(a, l.tryVideo(ctx, a))
	})
	return nil
}

// CancelVideo ends the making of an attempt's video, if it is being made.
func (l *Library) CancelVideo(a study.AttemptID) { l.videos.end(a, errCancelled) }

// end ends what is being made of a, or of anybody if that is 0, and returns when it has ended.
func (v *videos) end(a study.AttemptID, why error) {
	v.mu.Lock()
	is, cancel, done := v.of != 0 && (a == 0 || v.of == a), v.cancel, v.done
	v.mu.Unlock()
	if is {
		cancel(why)
		<-done
	}
}

// madeVideo notes what became of a video.
func (l *Library) madeVideo(a study.AttemptID, err error) {
	l.videos.mu.Lock()
	defer l.videos.mu.Unlock()
	l.videos.of = 0
	close(l.videos.done)
	if err == nil || errors.Is(err, errCancelled) || errors.Is(err, errClosing) {
		return
	}
	if l.videos.failed == nil {
		l.videos.failed = map[study.AttemptID]error{}
	}
	l.videos.failed[a] = err
	l.log.Error("a video cannot be made", "attempt", a, "err", err)
}

// tryVideo makes it under another name: where the file is, it is whole.
func (l *Library) tryVideo(ctx context.Context, a study.AttemptID) error {
	f, err := l.Open(a)
	if err != nil {
		return err
	}
	defer f.Close()
	if !l.room() {
		return errNoRoom
	}
	part := l.replayPath(a, "part.mp4")
	if err := os.RemoveAll(part); err != nil { // of a server that was killed
		return err
	}
	err = libraryVideo.Encode(ctx, &endable{f, ctx}, part, func(n, of int) { l.videos.share.Store(uint64(n) * 1e6 / uint64(max(1, of))) })
	if err != nil {
		return err
	}
	return files.Place(part, l.videoPath(a))
}

// endable is a recording that cannot be read any more once ctx has ended.
type endable struct {
	io.ReadSeeker
	ctx context.Context
}

// Read implements [io.Reader].
func (e *endable) Read(p []byte) (int, error) {
	if e.ctx.Err() != nil {
		return 0, context.Cause(e.ctx)
	}
	return e.ReadSeeker.Read(p)
}
