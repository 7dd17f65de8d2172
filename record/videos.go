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

// libraryVideo says how the videos of a library are made. The rate is high enough for what a person can follow.
var libraryVideo = Video{Rate: 15, Overlay: true}

// VideoState says whether a recording has a video, or how much of it is made. At most one of Bytes, Making and Err is not zero.
type VideoState struct {
	Bytes  int64   // of the file; 0 while there is none
	Making bool    // it is being made
	Share  float64 // which share of it is made, from 0 to 1
	Err    error   // why the last attempt to make it failed
}

// Made reports whether there is a video.
func (v VideoState) Made() bool { return v.Bytes > 0 }

// videos makes videos, one at a time and each once. They are kept beside their recordings.
type videos struct {
	mu     sync.Mutex
	of     study.AttemptID         // the attempt whose video is being made; 0 if none is
	cancel context.CancelCauseFunc // stops making it
	done   chan struct{}           // closed when that has ended
	share  atomic.Uint64           // in millionths
	failed map[study.AttemptID]error
}

// errCancelled is why a video is not made that nobody wants any more.
var errCancelled = errors.New("cancelled")

func (l *Library) videoPath(a study.AttemptID) string { return l.replayPath(a, "mp4") }

// Video returns the state of the video of an attempt.
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

// OpenVideo opens the video of an attempt. If there is none, the error is study.ErrNotFound.
func (l *Library) OpenVideo(a study.AttemptID) (*os.File, error) {
	f, err := os.Open(l.videoPath(a))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, study.Refuse(study.ErrNotFound, "there is no video of this recording yet")
	}
	return f, err
}

// MakeVideo begins to make the video of an attempt, unless there is one or it is being made. It refuses if another video is
// being made, or if there is no ffmpeg.
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

// CancelVideo stops making the video of an attempt, if it is being made.
func (l *Library) CancelVideo(a study.AttemptID) { l.videos.end(a, errCancelled) }

// end stops making the video of a, or any video if a is 0, and returns when that has ended.
func (v *videos) end(a study.AttemptID, why error) {
	v.mu.Lock()
	is, cancel, done := v.of != 0 && (a == 0 || v.of == a), v.cancel, v.done
	v.mu.Unlock()
	if is {
		cancel(why)
		<-done
	}
}

// madeVideo notes that a video was made, or why it was not.
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

// tryVideo makes a video under another name and renames it at the end. So if there is a file of its own name, it is complete.
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
	if err := os.RemoveAll(part); err != nil { // a killed server may have left it
		return err
	}
	err = libraryVideo.Encode(ctx, &endable{f, ctx}, part, func(n, of int) { l.videos.share.Store(uint64(n) * 1e6 / uint64(max(1, of))) })
	if err != nil {
		return err
	}
	return files.Place(part, l.videoPath(a))
}

// endable is a recording that cannot be read any more when ctx has ended.
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
