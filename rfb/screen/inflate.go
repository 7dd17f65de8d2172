package screen

import (
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"

	"vmstudy/rfb/wire"
)

// inflater is one of the zlib streams (RFC 1950) that go on from rectangle to rectangle: each
// brings as many compressed bytes as it announces, and is expected to need no more and leave
// none. It inflates no further than what is asked of it, so a small rectangle cannot grow
// into a large memory.
type inflater struct {
	flate io.ReadCloser
	begun bool // the stream's header was read

	from *wire.Reader // of the rectangle that is being read
	left int          // compressed bytes of it that are still to be taken from there
	in   []byte       // compressed bytes that were taken
	used int          // of in

	out        []byte // inflated bytes
	taken, end int    // of out: what was handed out, what is there
}

const (
	inflateIn  = 16 << 10
	inflateOut = 32 << 10 // more than any tile of ZRLE, and than a row of Tight
	// inflateTail is how many compressed bytes may be left when a rectangle is complete: the
	// marks of a flush take about ten.
	inflateTail = 64
)

var (
	errDeflated = errors.New("compressed data ends before its rectangle is complete")
	errSurplus  = errors.New("compressed data goes on after its rectangle is complete")
)

// open begins a rectangle with n compressed bytes.
func (z *inflater) open(r *wire.Reader, n int) {
	if z.flate == nil {
		z.in, z.out = make([]byte, 0, inflateIn+inflateTail), make([]byte, inflateOut)
		z.flate = flate.NewReader(z)
	}
	z.from, z.left = r, n
}

// restart makes the next rectangle begin a new stream, as Tight may ask.
func (z *inflater) restart() {
	if z.begun {
		z.begun, z.used, z.in = false, 0, z.in[:0]
		_ = z.flate.(flate.Resetter).Reset(z, nil)
	}
}

// ReadByte implements [io.ByteReader] for the flate reader.
func (z *inflater) ReadByte() (byte, error) {
	if z.used == len(z.in) {
		if err := z.fill(); err != nil {
			return 0, err
		}
	}
	b := z.in[z.used]
	z.used++
	return b, nil
}

// Read implements [io.Reader] for the flate reader.
func (z *inflater) Read(p []byte) (int, error) {
	if z.used == len(z.in) {
		if err := z.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, z.in[z.used:])
	z.used += n
	return n, nil
}

// fill takes more compressed bytes from the rectangle, after the unused ones.
func (z *inflater) fill() error {
	if z.left == 0 {
		return errDeflated
	}
	n := min(z.left, inflateIn)
	z.in = append(z.in[:0], z.in[z.used:]...)
	had := len(z.in)
	z.in, z.used = z.in[:had+n], 0
	z.from.Full(z.in[had:])
	z.left -= n
	return z.from.Err()
}

// take returns the next n inflated bytes, at most inflateOut of them, valid until the next
// call; zeros after an error.
func (z *inflater) take(n int) []byte {
	for z.end-z.taken < n {
		if z.taken > 0 {
			z.end = copy(z.out, z.out[z.taken:z.end])
			z.taken = 0
		}
		if !z.more() {
			clear(z.out[:n])
			z.taken, z.end = 0, 0
			return z.out[:n]
		}
	}
	b := z.out[z.taken:][:n]
	z.taken += n
	return b
}

// u8 returns the next inflated byte.
func (z *inflater) u8() uint8 {
	if z.taken < z.end {
		z.taken++
		return z.out[z.taken-1]
	}
	return z.take(1)[0]
}

// full fills b with inflated bytes.
func (z *inflater) full(b []byte) {
	for len(b) > 0 {
		if z.taken == z.end {
			z.taken, z.end = 0, 0
			if !z.more() {
				clear(b)
				return
			}
		}
		n := copy(b, z.out[z.taken:z.end])
		z.taken += n
		b = b[n:]
	}
}

// more inflates some bytes into the room after end.
func (z *inflater) more() bool {
	if z.from.Err() != nil || !z.begin() {
		return false
	}
	n, err := z.flate.Read(z.out[z.end:])
	z.end += n
	if n == 0 && err == nil {
		err = io.ErrNoProgress
	}
	if errors.Is(err, io.EOF) { // servers flush streams and never end them
		err = errDeflated
	}
	if err != nil && n == 0 {
		z.from.Fail(err)
		return false
	}
	return true
}

// begin reads the stream's header, unless that has been read. RFC 1950, section 2.2.
func (z *inflater) begin() bool {
	if z.begun {
		return true
	}
	var head [2]byte
	for i := range head {
		b, err := z.ReadByte()
		if err != nil {
			z.from.Fail(err)
			return false
		}
		head[i] = b
	}
	if n := binary.BigEndian.Uint16(head[:]); head[0]&0xf != 8 || n%31 != 0 || head[1]&0x20 != 0 {
		z.from.Failf("compressed data begins with %#04x, which is no zlib header", n)
		return false
	}
	z.begun = true
	return true
}

// close ends a rectangle. What is left of its compressed bytes belongs to the next.
func (z *inflater) close() {
	if z.from.Err() == nil && (z.taken < z.end || z.left+len(z.in)-z.used > inflateTail) {
		z.from.Fail(errSurplus)
	}
	if z.from.Err() == nil && z.left > 0 {
		z.from.Fail(z.fill())
	}
	z.from = nil
}
