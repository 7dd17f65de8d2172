package dbus

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A Body builds the body of a message. Add the values in the order of the message's Signature. The zero
// Body is empty.
type Body struct{ b []byte }

// Bytes returns the encoded body.
func (f *Body) Bytes() []byte { return f.b }

func (f *Body) align(n int) {
	for len(f.b)%n != 0 {
		f.b = append(f.b, 0)
	}
}

// Uint32 adds a value of type u, i, b or h.
func (f *Body) Uint32(v uint32) *Body {
	f.align(4)
	f.b = binary.LittleEndian.AppendUint32(f.b, v)
	return f
}

// String adds a value of type s or o.
func (f *Body) String(v string) *Body {
	f.Uint32(uint32(len(v)))
	f.b = append(append(f.b, v...), 0)
	return f
}

// Array adds a value of type ay.
func (f *Body) Array(v []byte) *Body {
	f.Uint32(uint32(len(v)))
	f.b = append(f.b, v...)
	return f
}

// errShort says that a body ends within a value.
var errShort = errors.New("body ends within a value")

// A Reader reads the values of a body in the order of its signature. After an error it returns zero
// values only, and Err returns the first error.
type Reader struct {
	b   []byte
	at  int
	err error
}

// NewReader returns a Reader of b, which must be a whole body or the whole array of header fields, because
// values are aligned from its beginning.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Err returns the first error, or nil.
func (r *Reader) Err() error { return r.err }

// Empty reports whether everything has been read, or an error prevents further reading.
func (r *Reader) Empty() bool { return r.err != nil || r.at >= len(r.b) }

// take returns the next n bytes. They share the memory of the body.
func (r *Reader) take(n int) []byte {
	if r.err == nil && n > len(r.b)-r.at {
		r.err = errShort
	}
	if r.err != nil {
		return nil
	}
	r.at += n
	return r.b[r.at-n : r.at : r.at]
}

// Align skips the padding before a value that begins at a multiple of n bytes. Pairs and structures begin
// at multiples of 8.
func (r *Reader) Align(n int) { r.take(-r.at & (n - 1)) }

// Pairs begins reading an array of pairs, type a{..}, and returns the offset of its end; see Before.
func (r *Reader) Pairs() (end int) {
	n := r.length()
	r.Align(8)
	return r.at + n
}

// Before reports whether the array that ends at end has another pair. Call Align(8) before reading each
// pair.
func (r *Reader) Before(end int) bool { return r.err == nil && r.at < min(end, len(r.b)) }

// Byte reads a value of type y.
func (r *Reader) Byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

// Uint32 reads a value of type u, b or h.
func (r *Reader) Uint32() uint32 {
	r.Align(4)
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// Int32 reads a value of type i.
func (r *Reader) Int32() int32 { return int32(r.Uint32()) }

// length reads the length of the following value, and checks that the body is long enough.
func (r *Reader) length() int {
	n := r.Uint32()
	if r.err == nil && int64(n) > int64(len(r.b)-r.at) {
		r.err = errShort
	}
	if r.err != nil {
		return 0
	}
	return int(n)
}

// String reads a value of type s or o.
func (r *Reader) String() string {
	s := string(r.take(r.length()))
	r.take(1)
	return s
}

// Array reads a value of type ay. It shares the memory of the body.
func (r *Reader) Array() []byte { return r.take(r.length()) }

// Variant reads a value of type v that contains one of type y, b, i, u, h, s, o or g, and returns it
// as a byte, bool, int32, uint32 or string. Other types are an error.
func (r *Reader) Variant() any {
	switch kind := r.signature(); kind {
	case "y":
		return r.Byte()
	case "b":
		return r.Uint32() != 0
	case "i":
		return r.Int32()
	case "u", "h":
		return r.Uint32()
	case "s", "o":
		return r.String()
	case "g":
		return r.signature()
	default:
		if r.err == nil {
			r.err = fmt.Errorf("variant of type %q, which this package does not read", kind)
		}
		return nil
	}
}

// signature reads a value of type g.
func (r *Reader) signature() string {
	s := string(r.take(int(r.Byte())))
	r.take(1)
	return s
}
