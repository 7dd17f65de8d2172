package tap

import (
	"errors"
	"io"
	"iter"

	"vmstudy/rfb/wire"
)

// follower decodes one direction of a connection.
type follower interface {
	greet(r *wire.Reader)   // reads the handshake
	message(r *wire.Reader) // reads one message
	// short reads one message if it is of a frequent kind and without an error, and reports whether it
	// did. If not, only r has changed.
	short(r *wire.Reader) bool
}

// feed gives bytes to a follower as they come. A follower is a decoder, which asks for bytes and waits for
// them; a Tap has bytes and cannot wait. So the decoder runs as a coroutine: give resumes it, and it runs
// until it has used what it was given and wants more.
//
// Switching to the coroutine and back takes longer than reading a short message. Messages of keys and of the
// pointer are short and come in one piece, and so do most answers to them. Such messages are decoded by give
// itself, without the coroutine, as long as that one waits for the beginning of a message.
//
// feed keeps no bytes between two calls of give, so it needs hardly any memory.
type feed struct {
	to      follower
	r       *wire.Reader // reads from this
	probe   *wire.Reader // reads from ahead
	ahead   piece
	rest    []byte // of what was given
	between bool   // the coroutine waits for the first byte of a message
	yield   func(struct{}) bool
	next    func() (struct{}, bool)
	stop    func()
}

// errStopped ends a decoder whose feed was stopped.
var errStopped = errors.New("feed stopped")

// shortMessages are pieces of no more than so many bytes.
const shortMessages = 2048

// newFeed returns a feed of what decodes a connection from its first byte. The feed must be
// stopped in the end.
func newFeed(to follower) *feed {
	f := &feed{to: to}
	f.r, f.probe = wire.NewReader(f), wire.NewReader(&f.ahead)
	f.next, f.stop = iter.Pull(func(yield func(struct{}) bool) {
		f.yield = yield
		f.decode()
	})
	return f
}

// decode returns when the decoder cannot go on.
func (f *feed) decode() {
	f.to.greet(f.r)
	for f.r.Err() == nil {
		f.between = true
		f.r.Await()
		f.between = false
		if f.r.Err() == nil {
			f.to.message(f.r)
		}
	}
}

// give lets the decoder go on with p. It returns the decoder's error if it cannot.
func (f *feed) give(p []byte) error {
	f.rest = p
	if f.between && len(p) <= shortMessages && f.r.Err() == nil {
		f.short()
	}
	if len(f.rest) > 0 && f.r.Err() == nil {
		f.next()
	}
	f.rest = nil
	return f.r.Err()
}

// short decodes messages without the coroutine, for as long as follower.short can.
func (f *feed) short() {
	f.ahead = f.rest
	f.probe.Resume(f.r.Count())
	for len(f.rest) > 0 && f.to.short(f.probe) {
		f.rest = f.ahead
		f.r.Resume(f.probe.Count())
	}
}

// fill waits until there is a byte at least.
func (f *feed) fill() error {
	for len(f.rest) == 0 {
		if !f.yield(struct{}{}) {
			return errStopped
		}
	}
	return nil
}

// Read implements [io.Reader].
func (f *feed) Read(p []byte) (int, error) {
	if err := f.fill(); err != nil {
		return 0, err
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

// ReadByte implements [io.ByteReader].
func (f *feed) ReadByte() (byte, error) {
	if err := f.fill(); err != nil {
		return 0, err
	}
	b := f.rest[0]
	f.rest = f.rest[1:]
	return b, nil
}

// Peek implements [wire.Source] for the one byte that a Reader peeks at.
func (f *feed) Peek(n int) ([]byte, error) {
	if n > 1 {
		return nil, io.ErrShortBuffer
	}
	if err := f.fill(); err != nil {
		return nil, err
	}
	return f.rest[:n], nil
}

// Discard implements [wire.Source].
func (f *feed) Discard(n int) (int, error) {
	for left := n; ; {
		step := min(left, len(f.rest))
		f.rest = f.rest[step:]
		if left -= step; left == 0 {
			return n, nil
		}
		if err := f.fill(); err != nil {
			return n - left, err
		}
	}
}

// piece is a Source of bytes that are all here.
type piece []byte

// Read implements [io.Reader].
func (p *piece) Read(b []byte) (int, error) {
	if len(*p) == 0 {
		return 0, io.EOF
	}
	n := copy(b, *p)
	*p = (*p)[n:]
	return n, nil
}

// ReadByte implements [io.ByteReader].
func (p *piece) ReadByte() (byte, error) {
	if len(*p) == 0 {
		return 0, io.EOF
	}
	b := (*p)[0]
	*p = (*p)[1:]
	return b, nil
}

// Peek implements [wire.Source].
func (p *piece) Peek(n int) ([]byte, error) {
	if len(*p) < n {
		return nil, io.EOF
	}
	return (*p)[:n], nil
}

// Discard implements [wire.Source].
func (p *piece) Discard(n int) (int, error) {
	if len(*p) < n {
		n = len(*p)
		*p = nil
		return n, io.EOF
	}
	*p = (*p)[n:]
	return n, nil
}
