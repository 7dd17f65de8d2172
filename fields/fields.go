// Package fields takes numbers and bytes off the front of a message or a file.
//
// Our own formats are fields in a row, without names and without types. Each field can be missing
// or wrong, and a decoder that checks each one hides what the format is. So a [Reader] remembers its
// first failure: the decoder takes all fields as the format lists them, and asks once, at the end,
// whether all of them were there.
//
// It is not used for four kinds of bytes. Some come from a connection, a pipe or a file that is read as a
// stream, so the reader has to wait for them: packages rfb/wire, rfb/h264 (FLV), vmhost/nbd and record, and
// the length in front of a message in stream/wire. Some are little-endian: what other programs have laid
// out, in vmhost/dbus, where fields are aligned as well, document/image.go (WebP), studyctl/thinbench (X11)
// and vmhost/vmhosttest (evdev), and the notes of record. Some are read again and again in place, and have
// to be quick: pixels (rfb/screen, vmhost/display), network traces (netem), the index of web/screenbench
// and that of stream/cache. And relocate/pages says of a damaged map what is wrong with it.
package fields

import "encoding/binary"

// A Reader takes fields off the front of bytes. Fixed numbers are big-endian.
//
// When a field is not there, or when the caller calls Fail, the Reader has failed. From then on
// numbers are zero, byte slices are nil, and nothing is left.
type Reader struct {
	rest   []byte
	failed bool
}

// NewReader returns a Reader of b.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Fail says that a field has a value that makes no sense.
func (r *Reader) Fail() { r.rest, r.failed = nil, true }

// Failed reports whether a field was missing or made no sense.
func (r *Reader) Failed() bool { return r.failed }

// Done reports whether every field was there and nothing is left.
func (r *Reader) Done() bool { return !r.failed && len(r.rest) == 0 }

// Left returns how many bytes are left; none after a failure.
func (r *Reader) Left() int { return len(r.rest) }

// Rest returns what is left; nil after a failure. It is still the caller's memory.
func (r *Reader) Rest() []byte { return r.rest }

// Bytes takes n bytes. They are still the caller's memory.
func (r *Reader) Bytes(n int) []byte {
	if r.failed || n < 0 || n > len(r.rest) {
		r.Fail()
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// Fill takes as many bytes as to has and copies them there. After a failure to is all zeros.
func (r *Reader) Fill(to []byte) {
	b := r.Bytes(len(to))
	if copy(to, b); b == nil {
		clear(to)
	}
}

// U8 takes a byte.
func (r *Reader) U8() uint8 {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// U16 takes two bytes.
func (r *Reader) U16() uint16 {
	if b := r.Bytes(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// U32 takes four bytes.
func (r *Reader) U32() uint32 {
	if b := r.Bytes(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// U64 takes eight bytes.
func (r *Reader) U64() uint64 {
	if b := r.Bytes(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// Uvarint takes a number of variable length, as encoding/binary writes it.
func (r *Reader) Uvarint() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// Varint takes a number of variable length that has a sign.
func (r *Reader) Varint() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// UpTo takes a number of variable length that must not be more than most.
func (r *Reader) UpTo(most uint64) uint64 {
	n := r.Uvarint()
	if n > most {
		r.Fail()
		return 0
	}
	return n
}
