package record

import "io"

// storedBlock is how much of a stored frame is written at once: short pieces are gathered.
const storedBlock = 64 << 10

// storedHead begins a stored frame: the format's number, then a descriptor that promises neither a
// length nor a checksum, then the size of the window, in which a block must have room. (RFC 8878,
// section 3.1.1.1.)
var storedHead = []byte{0x28, 0xb5, 0x2f, 0xfd, 0, (19 - 10) << 3} // 1<<19 is windowBytes

// stored writes a frame of Zstandard that holds its content as it is, in raw blocks (RFC 8878,
// section 3.1.1.2). It takes a third less time than to find out that it cannot be made smaller.
type stored struct {
	out   io.Writer
	begun bool
	block []byte // a head of three bytes, and content
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

// A frame that became smaller by less than a sixteenth was not worth it, and most frames after it
// are not tried.
const (
	worthIt   = 16
	mostSkips = 7 // frames in a row
)

// trials decides which frames are compressed. What a viewer has asked for is compressed already, or
// it is not, and stays so for a while.
type trials struct {
	skip int // so many after the latest trial
	left int // of them
}

// due tells whether to compress the next frame.
func (t *trials) due() bool {
	if t.left == 0 {
		return true
	}
	t.left--
	return false
}

// made notes what became of a frame that was compressed.
func (t *trials) made(from int, to int64) {
	if to <= int64(from-from/worthIt) {
		*t = trials{}
		return
	}
	t.skip = min(2*t.skip+1, mostSkips)
	t.left = t.skip
}
