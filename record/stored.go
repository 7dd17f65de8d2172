package record

import "io"

// storedBlock is how many bytes of a stored frame are written at once. Short pieces are gathered until then.
const storedBlock = 64 << 10

// storedHead is the beginning of a stored frame: the format's number, a descriptor that says that neither a length nor a
// checksum follows, and the size of the window. A block may not be larger than the window (RFC 8878, section 3.1.1.1).
var storedHead = []byte{0x28, 0xb5, 0x2f, 0xfd, 0, (19 - 10) << 3} // 1<<19 is windowBytes

// stored writes a Zstandard frame that has its content as it is, in raw blocks (RFC 8878, section 3.1.1.2). That takes a third
// less time than an attempt to compress it in vain.
type stored struct {
	out   io.Writer
	begun bool
	block []byte // a head of three bytes, and then content
}

// Reset begins another frame.
func (s *stored) Reset(out io.Writer) {
	if s.block == nil {
		s.block = make([]byte, 3, 3+storedBlock)
	}
	s.out, s.begun, s.block = out, false, s.block[:3]
}

// Write implements [io.Writer].
func (s *stored) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		k := copy(s.block[len(s.block):cap(s.block)], p[n:])
		s.block = s.block[:len(s.block)+k]
		if n += k; len(s.block) == cap(s.block) {
			err = s.end(0)
		}
	}
	return n, err
}

// Flush writes what has been gathered.
func (s *stored) Flush() error {
	if len(s.block) == 3 {
		return nil
	}
	return s.end(0)
}

// Close writes the frame's last block.
func (s *stored) Close() error { return s.end(1) }

// end writes the current block; last is 1 if it is the frame's last.
func (s *stored) end(last int) error {
	if !s.begun {
		if _, err := s.out.Write(storedHead); err != nil {
			return err
		}
		s.begun = true
	}
	head := last | (len(s.block)-3)<<3 // a raw block is of type 0
	s.block[0], s.block[1], s.block[2] = byte(head), byte(head>>8), byte(head>>16)
	_, err := s.out.Write(s.block)
	s.block = s.block[:3]
	return err
}

// If a frame became smaller by less than a sixteenth, compressing was not worth it, and is not tried with most frames after it.
const (
	worthIt   = 16
	mostSkips = 7 // frames in a row that are not tried
)

// trials decides which frames are compressed. What the viewer gets may be compressed already. Whether it is does not change
// often.
type trials struct {
	skip int // how many frames are not tried after the latest trial
	left int // how many of them are still to come
}

// due tells whether to compress the next frame.
func (t *trials) due() bool {
	if t.left == 0 {
		return true
	}
	t.left--
	return false
}

// made notes to how many bytes a frame was compressed.
func (t *trials) made(from int, to int64) {
	if to <= int64(from-from/worthIt) {
		*t = trials{}
		return
	}
	t.skip = min(2*t.skip+1, mostSkips)
	t.left = t.skip
}
