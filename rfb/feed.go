package rfb

import (
	"errors"
	"io"
	"iter"
)

// feed turns a decoder inside out. A decoder wants to call for bytes; a Tap has bytes and
// wants to hand them over. So the decoder runs as a coroutine: give resumes it, and it runs
// until it has used what it was given and wants more.
//
// It holds on to no bytes between two calls of give, and so needs no memory to speak of.
type feed struct {
	rest  []byte // of what was given
	yield func(struct{}) bool
	next  func() (struct{}, bool)
	stop  func()
	err   error // of the decoder, once it has returned
}

// errStopped ends a decoder whose feed was stopped.
var errStopped = errors.New("feed stopped")

// newFeed returns a feed of decode, which starts at the first give. The feed must be stopped
// in the end, unless give has returned an error.
func newFeed(decode func(*Reader) error) *feed {
	f := &feed{}
	f.next, f.stop = iter.Pull(func(yield func(struct{}) bool) {
		f.yield = yield
		f.err = decode(NewReader(f))
	})
	return f
}

// give lets the decoder go on with p. It returns the decoder's error, if that has returned.
func (f *feed) give(p []byte) error {
	f.rest = p
	_, running := f.next()
	f.rest = nil
	if running {
		return nil
	}
	return f.err
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

// Peek implements [Source] for the one byte that a Reader peeks at.
func (f *feed) Peek(n int) ([]byte, error) {
	if n > 1 {
		return nil, io.ErrShortBuffer
	}
	if err := f.fill(); err != nil {
		return nil, err
	}
	return f.rest[:n], nil
}

// Discard implements [Source].
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
