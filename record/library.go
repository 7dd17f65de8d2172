package record

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/study"
)

// Store is what a library needs to remember.
type Store interface {
	// BeginRecording records that a recording of an attempt has begun. There is one for each
	// attempt: another is study.ErrConflict.
	BeginRecording(ctx context.Context, a study.AttemptID, at time.Time) error
	// EndRecording records what a recording has become. The first end stays.
	EndRecording(ctx context.Context, r study.Recording) error
	// AllRecordings returns every recording, by attempt.
	AllRecordings(ctx context.Context) ([]study.Recording, error)
}

// Config is what a Library needs.
type Config struct {
	Dir     string // belongs to the library
	Store   Store
	Reserve int64        // bytes of the disk that are left free: a full one would end the database
	Log     *slog.Logger // nil is slog.Default
}

// Library is the directory with all recordings, and those that are being written.
type Library struct {
	dir     string
	store   Store
	reserve int64
	log     *slog.Logger

	writing   sync.WaitGroup
	pace      *pace
	encoders  encoders
	closing   atomic.Bool
	oneReplay chan struct{} // has room for whoever makes a replay
	oneExport chan struct{} // has room for whoever makes an export
	videos    videos

	mu     sync.Mutex
	open   map[study.AttemptID]*Recorder // those that are over, too, until Finish
	making map[study.AttemptID]*making   // replays
}

// storeLimit is how long an end waits for a database that is away, and storePause lies between
// two tries.
const (
	storeLimit = time.Minute
	storePause = time.Second
)

// NewLibrary returns the library in c.Dir, which it makes if it is missing.
func NewLibrary(c Config) (*Library, error) {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory of recordings: %w", err)
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Library{
		dir: c.Dir, store: c.Store, reserve: c.Reserve, log: c.Log, pace: newPace(time.Now()), oneReplay: make(chan struct{}, 1), oneExport: make(chan struct{}, 1),
		open: map[study.AttemptID]*Recorder{}, making: map[study.AttemptID]*making{},
	}, nil
}

// suffix ends the names of recordings; before it stand the attempt's number and a dot.
const suffix = "fbs.zst"

// Path returns where the recording of an attempt lies, if there is one.
func (l *Library) Path(a study.AttemptID) string { return l.replayPath(a, suffix) }

// fileStem begins the names of all files of an attempt, and of no other attempt's.
func fileStem(a study.AttemptID) string { return strconv.FormatInt(int64(a), 10) + "." }

// Record returns conn watched by the recorder of an attempt, as another segment of its recording.
// It waits for nothing, and whatever goes wrong with the recording goes to the log: a trial is
// worth more than its recording. Nothing may have passed conn before.
func (l *Library) Record(ctx context.Context, a study.AttemptID, keys bool, conn net.Conn) net.Conn {
	return l.recorder(ctx, a, keys).Watch(conn)
}

// recorder returns the recorder of an attempt, which it starts if there has been none.
func (l *Library) recorder(ctx context.Context, a study.AttemptID, keys bool) *Recorder {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.open[a]
	if r == nil {
		r = newRecorder(time.Now(), keys, l.pace)
		l.open[a] = r
		l.writing.Go(func() { l.write(context.WithoutCancel(ctx), a, r) })
	}
	return r
}

// Finish ends the recording of an attempt, if there is one. It does not wait until it is written.
func (l *Library) Finish(a study.AttemptID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.open[a]; r != nil {
		r.end(study.RecordedWhole)
		delete(l.open, a)
	}
}

// Close ends every recording and waits until all are written, or until ctx ends: a disk or a database that
// hangs holds nobody up. What is not written then, the next start closes off.
func (l *Library) Close(ctx context.Context) error {
	l.closing.Store(true)
	l.pace.end()
	l.mu.Lock()
	for a, r := range l.open {
		r.end(study.ServerStopped)
		delete(l.open, a)
	}
	l.mu.Unlock()
	written := make(chan struct{})
	go func() {
		defer close(written)
		l.videos.end(0, errClosing)
		l.writing.Wait()
	}()
	select {
	case <-written:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("recordings are still being written: %w", context.Cause(ctx))
	}
}

// write runs a recorder and records its beginning and its end.
func (l *Library) write(ctx context.Context, a study.AttemptID, r *Recorder) {
	defer r.drop()
	if err := l.begin(ctx, a, r); err != nil {
		r.end(study.DiskFailed) // whatever waits is dropped with it
		l.log.ErrorContext(ctx, "no recording", "attempt", a, "err", err)
		return
	}
	s, why, err := l.writeFile(a, r)
	if err != nil {
		l.log.ErrorContext(ctx, "a recording ended before its trial", "attempt", a, "ended", why, "err", err)
		s, err = l.closeOff(a)
	}
	if err == nil {
		err = l.settle(ctx, study.Recording{Attempt: a, BeganAt: r.began, Ended: why}, s)
	}
	if err != nil {
		l.log.ErrorContext(ctx, "a recording is not closed off; the next start does it", "attempt", a, "err", err)
	}
}

// begin records that a recording has begun.
func (l *Library) begin(ctx context.Context, a study.AttemptID, r *Recorder) error {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	return l.store.BeginRecording(ctx, a, r.began)
}

func (l *Library) writeFile(a study.AttemptID, r *Recorder) (Summary, study.RecordingEnd, error) {
	fail := func(err error) (Summary, study.RecordingEnd, error) {
		r.end(reason(err))
		return Summary{}, reason(err), err
	}
	if !l.room() {
		return fail(errNoRoom)
	}
	f, err := os.OpenFile(l.Path(a), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fail(err)
	}
	w, err := newWriter(f, Header{Attempt: a, Began: r.began, Keys: r.keys}, &l.encoders)
	if err != nil {
		return fail(errors.Join(err, f.Close()))
	}
	why, err := r.run(w, l.room)
	return w.Summary(), why, errors.Join(err, f.Sync(), f.Close())
}

// room tells whether more may be written.
func (l *Library) room() bool {
	var st unix.Statfs_t
	if l.reserve <= 0 || unix.Statfs(l.dir, &st) != nil {
		return true // writing will tell
	}
	return int64(st.Bavail)*st.Bsize >= l.reserve
}

// settle records what a recording has become.
func (l *Library) settle(ctx context.Context, r study.Recording, s Summary) error {
	r.Duration, r.Segments, r.Bytes, r.SHA256 = s.Duration, s.Segments, s.Bytes, s.SHA256
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	for {
		err := l.store.EndRecording(ctx, r)
		if err == nil || errors.Is(err, study.ErrNotFound) || errors.Is(err, study.ErrInvalid) {
			return err
		}
		select {
		case <-time.After(storePause):
		case <-ctx.Done():
			return err
		}
	}
}

// closeOff gives the file of an attempt a proper end and returns what it holds. A file that is
// missing, or too short to be one, holds nothing.
func (l *Library) closeOff(a study.AttemptID) (Summary, error) {
	f, err := os.OpenFile(l.Path(a), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		s, _ := Examine(strings.NewReader(""))
		return s, nil
	}
	if err != nil {
		return Summary{}, err
	}
	defer f.Close()
	if err := closeOff(f); err != nil && !errors.Is(err, ErrBroken) {
		return Summary{}, err
	}
	if _, err := f.Seek(0, 0); err != nil {
		return Summary{}, err
	}
	s, err := Examine(f)
	if errors.Is(err, ErrBroken) {
		err = nil // what is there is kept as it is
	}
	return s, err
}

// Recover closes off what a killed server left, and deletes the files of recordings that were
// deleted. It returns how many were closed off. It is called once, before anything is recorded.
func (l *Library) Recover(ctx context.Context) (int, error) {
	all, err := l.store.AllRecordings(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, r := range all {
		switch {
		case !r.DeletedAt.IsZero():
			if err = l.Remove(r.Attempt); errors.Is(err, study.ErrNotFound) {
				err = nil // it went when it was deleted
			}
		case r.Ended == "":
			r.Ended = study.ServerStopped
			var s Summary
			if s, err = l.closeOff(r.Attempt); err == nil {
				err = l.settle(ctx, r, s)
			}
			n++
		}
		if err != nil {
			return n, fmt.Errorf("recording of attempt %d: %w", r.Attempt, err)
		}
	}
	return n, nil
}

// Remove deletes the files of a recording and whatever was made of it. Whether it may is the
// store's question, see DeleteRecording there; this comes after it. If there was no file at all,
// nothing was deleted, and the error is study.ErrNotFound.
//
// The recording goes first, so that nothing can begin to be made of it. What is being made of it is
// stopped next, and only then is looked for what was made.
func (l *Library) Remove(a study.AttemptID) error {
	removed, err := removeIfThere(l.Path(a))
	l.CancelVideo(a)
	l.cancelReplay(a)
	entries, listErr := os.ReadDir(l.dir)
	err = errors.Join(err, listErr)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), fileStem(a)) {
			one, oneErr := removeIfThere(filepath.Join(l.dir, e.Name()))
			removed, err = removed || one, errors.Join(err, oneErr)
		}
	}
	if err == nil && !removed {
		return study.Refuse(study.ErrNotFound, "Of the recording of attempt %d no file was there, so nothing was deleted.", a)
	}
	return err
}

// removeIfThere reports whether there was a file to remove.
func removeIfThere(path string) (removed bool, err error) {
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Open opens the recording of an attempt for reading. A missing one is study.ErrNotFound.
func (l *Library) Open(a study.AttemptID) (*os.File, error) {
	f, err := os.Open(l.Path(a))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, study.Refuse(study.ErrNotFound, "the file of this recording, %s, is not there", strings.TrimPrefix(l.Path(a), l.dir+"/"))
	}
	return f, err
}
