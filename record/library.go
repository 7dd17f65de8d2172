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

// Store keeps what a library knows about its recordings.
type Store interface {
	// BeginRecording records that a recording of an attempt has begun. An attempt can have only one: for a second, the
	// error is study.ErrConflict.
	BeginRecording(ctx context.Context, a study.AttemptID, at time.Time) error
	// EndRecording records how a recording has ended. If it is called again, nothing changes.
	EndRecording(ctx context.Context, r study.Recording) error
	// AllRecordings returns every recording, by attempt.
	AllRecordings(ctx context.Context) ([]study.Recording, error)
}

// Config is what a Library needs.
type Config struct {
	Dir     string // belongs to the library alone
	Store   Store
	Reserve int64        // how many bytes of the disk are left free: a full disk would end the database
	Log     *slog.Logger // nil means slog.Default
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
	oneReplay chan struct{} // is full while a replay is made
	oneExport chan struct{} // is full while an export is made
	videos    videos

	mu     sync.Mutex
	open   map[study.AttemptID]*Recorder // until Finish, even if the recording has ended
	making map[study.AttemptID]*making   // the replays that are being made
}

// storeLimit is for how long the end of a recording waits for a database that does not answer. storePause is the time between
// two attempts.
const (
	storeLimit = time.Minute
	storePause = time.Second
)

// NewLibrary returns the library in c.Dir. It makes the directory if there is none.
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

// suffix is the end of the names of recordings. The number of the attempt and a dot come before it.
const suffix = "fbs.zst"

// Path returns the path of the recording of an attempt, if there is one.
func (l *Library) Path(a study.AttemptID) string { return l.replayPath(a, suffix) }

// fileStem returns the beginning of the names of all files of an attempt. Files of other attempts begin in another way.
func fileStem(a study.AttemptID) string { return strconv.FormatInt(int64(a), 10) + "." }

// Record returns a connection like conn, and has the recorder of an attempt record what passes it, as another segment of the
// attempt's recording. Nothing may have passed conn before. Record does not wait. If anything goes wrong with the recording,
// it is logged and the trial goes on, because a trial is worth more than its recording.
func (l *Library) Record(ctx context.Context, a study.AttemptID, keys bool, conn net.Conn) net.Conn {
	return l.recorder(ctx, a, keys).Watch(conn)
}

// recorder returns the recorder of an attempt. It starts one if there has been none.
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

// Finish ends the recording of an attempt, if there is one. It does not wait until everything is written.
func (l *Library) Finish(a study.AttemptID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.open[a]; r != nil {
		r.end(study.RecordedWhole)
		delete(l.open, a)
	}
}

// Close ends every recording and waits until all are written, but not after ctx ends: a disk or a database that hangs must not
// stop the program from ending. The next start completes the recordings that are unfinished then.
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

// write runs a recorder, and records its beginning and its end in the store.
func (l *Library) write(ctx context.Context, a study.AttemptID, r *Recorder) {
	defer r.drop()
	if err := l.begin(ctx, a, r); err != nil {
		r.end(study.DiskFailed) // this also drops what waits to be written
		l.log.ErrorContext(ctx, "no recording", "attempt", a, "err", err)
		return
	}
	s, why, err := l.writeFile(a, r)
	ours := !errors.Is(err, errNotMade) // a file of that name that is not ours is another person's
	if err != nil {
		l.log.ErrorContext(ctx, "a recording ended before its trial", "attempt", a, "ended", why, "err", err)
		s, err = nothing(), nil
		if ours {
			s, err = l.closeOff(a)
		}
	}
	if err == nil {
		err = l.settle(ctx, study.Recording{Attempt: a, BeganAt: r.began, Ended: why}, s)
	}
	if errors.Is(err, study.ErrNotFound) { // its participant has had it erased meanwhile
		err = nil
		if ours {
			_, err = removeIfThere(l.Path(a))
		}
	}
	if err != nil {
		l.log.ErrorContext(ctx, "a recording is not closed off; the next start does it", "attempt", a, "err", err)
	}
}

// begin records in the store that a recording has begun.
func (l *Library) begin(ctx context.Context, a study.AttemptID, r *Recorder) error {
	ctx, cancel := context.WithTimeout(ctx, storeLimit)
	defer cancel()
	return l.store.BeginRecording(ctx, a, r.began)
}

// errNotMade is the error if a recording has no file. There may be one of its name: after a backup was restored, attempts get numbers that
// others had before.
var errNotMade = errors.New("its file was not made")

// writeFile makes the file of a recording and writes it.
func (l *Library) writeFile(a study.AttemptID, r *Recorder) (Summary, study.RecordingEnd, error) {
	fail := func(err error) (Summary, study.RecordingEnd, error) {
		r.end(reason(err))
		return Summary{}, reason(err), err
	}
	if !l.room() {
		return fail(fmt.Errorf("%w: %w", errNotMade, errNoRoom))
	}
	f, err := os.OpenFile(l.Path(a), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fail(fmt.Errorf("%w: %w", errNotMade, err))
	}
	w, err := newWriter(f, Header{Attempt: a, Began: r.began, Keys: r.keys}, &l.encoders)
	if err != nil {
		return fail(errors.Join(err, f.Close()))
	}
	why, err := r.run(w, l.room)
	return w.Summary(), why, errors.Join(err, f.Sync(), f.Close())
}

// room tells whether there is room on the disk for more.
func (l *Library) room() bool {
	var st unix.Statfs_t
	if l.reserve <= 0 || unix.Statfs(l.dir, &st) != nil {
		return true // if there is no room, writing fails
	}
	return int64(st.Bavail)*st.Bsize >= l.reserve
}

// settle records in the store how a recording has ended.
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

// nothing describes a recording without a file.
func nothing() Summary {
	s, _ := Examine(strings.NewReader(""))
	return s
}

// closeOff completes the file of an attempt, and describes it. If the file is missing, or too short to be a recording, the
// summary is empty.
func (l *Library) closeOff(a study.AttemptID) (Summary, error) {
	f, err := os.OpenFile(l.Path(a), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nothing(), nil
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

// Recover completes the recordings that a killed server has left unfinished, and returns how many there were. It also removes
// files of recordings that were deleted. It is called once, before anything is recorded.
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
				err = nil // its file was removed when it was deleted
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

// Remove deletes the files of a recording, and whatever was made of it. Before it is called, the store's DeleteRecording has
// to allow it. If there was no file at all, nothing was deleted, and the error is study.ErrNotFound.
//
// The recording is removed first, so that nothing more can be made of it. Then it stops what is being made of it. Only then it
// looks for what was made.
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

// removeIfThere removes a file if there is one, and reports whether there was.
func removeIfThere(path string) (removed bool, err error) {
	err = os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Open opens the recording of an attempt for reading. If there is none, the error is study.ErrNotFound.
func (l *Library) Open(a study.AttemptID) (*os.File, error) {
	f, err := os.Open(l.Path(a))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, study.Refuse(study.ErrNotFound, "the file of this recording, %s, is not there", strings.TrimPrefix(l.Path(a), l.dir+"/"))
	}
	return f, err
}
