package record

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// Sight is the screen after one update.
type Sight struct {
	At      time.Duration   // when all of the update had come, since the recording began
	Picture *image.RGBA     // the screen itself, which changes with the next update
	Area    image.Rectangle // what the update may have changed; the whole screen when a segment begins
	Fresh   bool            // the first of a segment, which is another connection of the viewer
	Segment int             // the number of the segment, from 1
}

// Walk decodes a recording, and calls see with the screen after every update, in order. It returns nil at the end of the
// recording. If see returns an error, Walk returns that. If the recording cannot be decoded, it returns ErrBroken or an error
// of package rfb. It is no error if a connection ended in the middle of an update: see was called with all updates before.
func Walk(recording io.Reader, see func(Sight) error) error {
	r, err := NewReader(recording)
	if err != nil {
		return err
	}
	defer r.Close()
	s := &segmentStream{r: r}
	for n := 1; s.next(); n++ {
		err := walkSegment(s, func(sight Sight) error {
			sight.Segment = n
			return see(sight)
		})
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
	}
	if errors.Is(s.err, errEnd) {
		return nil
	}
	return s.err
}

// segmentStream reads the stream of one segment after the other.
type segmentStream struct {
	r    *Reader
	at   time.Duration // time of the block that was read last
	rest []byte
	over bool // the current segment has ended
	more bool // another one has begun
	err  error
}

// next goes to the next segment, and returns false if there is none.
func (s *segmentStream) next() bool {
	for !s.more && s.err == nil {
		s.advance()
	}
	s.more, s.over, s.rest = false, false, nil
	return s.err == nil
}

// advance reads the next item.
func (s *segmentStream) advance() {
	i, err := s.r.Next()
	if err != nil {
		s.over = true
		if s.err = err; errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			s.err = errEnd
		}
		return
	}
	switch i := i.(type) {
	case Segment:
		s.over, s.more, s.at = true, true, i.At
	case Block:
		s.at, s.rest = i.At, i.Data
	}
}

// errEnd is the error at the end of the last segment.
var errEnd = errors.New("end")

// Read implements [io.Reader]. It reads one block at a time, so that at is the time of the last byte that a decoder has seen.
func (s *segmentStream) Read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if s.over {
			return 0, io.EOF
		}
		s.advance()
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// walkSegment decodes one segment. At its end it returns io.EOF or io.ErrUnexpectedEOF.
func walkSegment(s *segmentStream, see func(Sight) error) error {
	src := bufio.NewReaderSize(s, maxBlock)
	r := wire.NewReader(src)
	var head [versionLength + 4]byte
	if _, err := io.ReadFull(src, head[:]); err != nil {
		return err
	}
	if binary.BigEndian.Uint32(head[versionLength:]) != 1 {
		return fmt.Errorf("%w: a segment begins with another handshake than RFB 3.3's", ErrBroken)
	}
	init, err := wire.ReadServerInit(r)
	if err != nil {
		return err
	}
	screen := screen.NewFramebuffer(image.Pt(int(init.W), int(init.H)), init.Format)
	defer screen.Close()
	for fresh := true; ; {
		kind, err := src.Peek(1)
		if err != nil {
			return err
		}
		if kind[0] != framebufferUpdate {
			m, err := wire.ReadServerMessage(r)
			if err != nil {
				return err
			}
			if colours, is := m.(wire.SetColourMapEntries); is {
				screen.SetColours(colours)
			}
			continue
		}
		if _, err := src.Discard(1); err != nil {
			return err
		}
		drawn, err := screen.Update(r)
		if err != nil {
			return err
		}
		if drawn.Area.Empty() && !drawn.Resized && !fresh {
			continue
		}
		sight := Sight{At: s.at, Picture: screen.Picture(), Area: drawn.Area, Fresh: fresh}
		if drawn.Resized || fresh {
			sight.Area = sight.Picture.Rect
		}
		if err := see(sight); err != nil {
			return err
		}
		fresh = false
	}
}

// framebufferUpdate is the type byte of a FramebufferUpdate (RFC 6143, section 7.6.1).
const framebufferUpdate = 0
