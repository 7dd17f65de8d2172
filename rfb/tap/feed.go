package tap

import (
	"errors"
	"io"
	"iter"

	"vmstudy/rfb/wire"
)

// follower decodes one direction of a connection.
type follower interface {
	greet(r *wire.Reader)   // takes the handshake in
	message(r *wire.Reader) // takes one message in
	// short takes one message in if it is of a frequent kind and ends without an error. If not,
	// it has left no trace except in r.
	short(r *wire.Reader) bool
}

// feed turns a follower inside out. A decoder wants to call for bytes; a Tap has bytes and
// wants to hand them over. So the decoder runs as a coroutine: give resumes it, and it runs
// until it has used what it was given and wants more.
//
// Changing over to the coroutine and back takes longer than reading a short message. So short
// messages that have come in one piece, as keys and the pointer do and most of what answers
// them, are decoded where they are given, between two of those that the coroutine decodes.
//
// It holds on to no bytes between two calls of give, and so needs no memory to speak of.
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

// decode returns only when it has lost its place.
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

// give lets the decoder go on with p. It returns the decoder's error, if it has lost its place.
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

// short decodes messages for as long as that is simple.
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

// piece is a Source of bytes that all lie there.
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
