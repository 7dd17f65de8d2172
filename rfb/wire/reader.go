package wire

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Source is what a [Reader] reads from. A *bufio.Reader is one.
type Source interface {
	io.Reader
	io.ByteReader
	Peek(n int) ([]byte, error)             // waits until n bytes are there; used with n = 1
	Discard(n int) (discarded int, _ error) // passes over n bytes without copying them
}

// Reader reads the protocol's numbers (big-endian, RFC 6143 section 7) and passes over what
// nobody wants to see.
//
// Its first error stays: from then on numbers are zero and nothing more is read. So a
// decoder reads as the RFC's tables list the fields, and looks at the error only in loops and at the end.
type Reader struct {
	src  Source
	read int64 // bytes so far
	err  error
	buf  [16]byte // not on the stack: from there it would escape through Source and cost an allocation
}

// NewReader returns a Reader of the bytes in src.
func NewReader(src Source) *Reader { return &Reader{src: src} }

// Err returns what went wrong first, or nil.
func (r *Reader) Err() error { return r.err }

// Count returns how many bytes were read.
func (r *Reader) Count() int64 { return r.read }

// Resume makes the reader go on without an error, as if so many bytes had been read.
func (r *Reader) Resume(count int64) { r.read, r.err = count, nil }

// Fail makes the reader stop with err unless it has stopped already.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Failf is Fail with an error of the given text.
func (r *Reader) Failf(format string, args ...any) { r.Fail(fmt.Errorf(format, args...)) }

// Await waits until a further byte is there. By then the other side has sent all that this byte answers.
func (r *Reader) Await() {
	if r.err == nil {
		_, err := r.src.Peek(1)
		r.Fail(err)
	}
}

// Take returns the next n bytes, at most 16 of them, valid until the next call.
func (r *Reader) Take(n int) []byte {
	b := r.buf[:n]
	r.Full(b)
	return b
}

// Full fills b, with zeros after an error.
func (r *Reader) Full(b []byte) {
	if r.err == nil {
		n, err := io.ReadFull(r.src, b)
		r.read += int64(n)
		r.Fail(err)
	}
	if r.err != nil {
		clear(b)
	}
}

// U8 reads a byte.
func (r *Reader) U8() uint8 {
	if r.err != nil {
		return 0
	}
	b, err := r.src.ReadByte()
	if err != nil {
		r.Fail(err)
		return 0
	}
	r.read++
	return b
}

// U16 reads two bytes.
func (r *Reader) U16() uint16 { return binary.BigEndian.Uint16(r.Take(2)) }

// U32 reads four bytes.
func (r *Reader) U32() uint32 { return binary.BigEndian.Uint32(r.Take(4)) }

// Skip passes over n bytes. What it costs does not depend on n but on how many pieces they
// come in.
func (r *Reader) Skip(n int) {
	if r.err == nil && n > 0 {
		done, err := r.src.Discard(n)
		r.read += int64(done)
		r.Fail(err)
	}
}
