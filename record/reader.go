package record

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Item is something in a recording: a [Segment], a [Block] or an [Input].
type Item interface{ item() }

// Segment is the beginning of a segment: a new connection of the viewer. What follows can be decoded from here.
type Segment struct{ At time.Duration } // since the recording began

func (Segment) item() {}
func (Block) item()   {}

// Reader reads a recording from its beginning. Blocks come in the order of their times, and so do inputs. But inputs come up
// to a few seconds later than blocks of the same time, since they follow all blocks of their frame.
type Reader struct {
	Header Header

	src     *bufio.Reader
	good    int64 // bytes up to the end of the last whole note or frame
	items   []Item
	segment time.Duration // when the current segment began; negative before the first
	fresh   bool          // the segment's first frame has not come yet
	ended   bool          // the segment's end was read
	torn    bool          // the file ends within the current frame
	rest    []byte        // what is not read yet of the current frame
	decoder *zstd.Decoder
	frame   []byte
	plain   []byte
}

// NewReader reads the header of src, and returns a Reader of the rest. If src is not a recording, the error is ErrBroken.
func NewReader(src io.Reader) (*Reader, error) {
	r := &Reader{src: bufio.NewReaderSize(src, 64<<10), segment: -1}
	kind, content, err := r.note()
	if err == nil && kind != noteHeader {
		err = ErrBroken
	}
	if err == nil {
		r.Header, err = readHeader(content)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a recording: %w", errors.Join(ErrBroken, err))
	}
	r.decoder, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxFrame))
	return r, err
}

// Close frees memory. It does not close the source.
func (r *Reader) Close() { r.decoder.Close() }

// Next returns the next item, or io.EOF after the last. The data of a block is valid until the next call. If the file ends
// within a frame, Next first returns every whole block of it and then io.ErrUnexpectedEOF. The error for anything else that is
// wrong is ErrBroken.
func (r *Reader) Next() (Item, error) {
	for {
		switch {
		case len(r.items) > 0:
			i := r.items[0]
			r.items = r.items[1:]
			return i, nil
		case len(r.rest) > 0:
			k, err := r.block()
			if err != nil || len(k.Data) > 0 {
				return k, err
			}
			r.ended = true
		default:
			if err := r.advance(); err != nil {
				return nil, err
			}
		}
	}
}

// block returns the next block of the current frame.
func (r *Reader) block() (Block, error) {
	k, rest, whole, err := cutBlock(r.rest)
	switch {
	case err != nil:
		return Block{}, err
	case !whole && r.torn:
		r.rest = nil
		return Block{}, io.ErrUnexpectedEOF
	case !whole:
		return Block{}, fmt.Errorf("%w: a frame ends within a block", ErrBroken)
	}
	r.rest = rest
	k.At += r.segment
	return k, nil
}

// advance reads the next note or frame.
func (r *Reader) advance() error {
	head, err := r.src.Peek(4)
	switch {
	case r.torn:
		return io.ErrUnexpectedEOF
	case len(head) == 0 && err == io.EOF:
		return io.EOF
	case len(head) < 4:
		return eofInside(err)
	case binary.LittleEndian.Uint32(head) == noteMagic:
		kind, content, err := r.note()
		if err != nil {
			return err
		}
		return r.take(kind, content)
	}
	return r.takeFrame()
}

// eofInside returns io.ErrUnexpectedEOF for an io.EOF, and other errors as they are.
func eofInside(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// note reads a note.
func (r *Reader) note() (kind byte, content []byte, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r.src, head[:]); err != nil {
		return 0, nil, eofInside(err)
	}
	n := binary.LittleEndian.Uint32(head[4:])
	if binary.LittleEndian.Uint32(head[:]) != noteMagic || n == 0 || n > maxNote {
		return 0, nil, fmt.Errorf("%w: a note was expected", ErrBroken)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r.src, b); err != nil {
		return 0, nil, eofInside(err)
	}
	r.good += int64(len(head)) + int64(n)
	return b[0], b[1:], nil
}

func (r *Reader) take(kind byte, content []byte) error {
	switch kind {
	case noteSegment:
		s, err := readSegment(content)
		if err != nil {
			return err
		}
		if s.At < r.segment {
			return fmt.Errorf("%w: a segment begins before the one before it", ErrBroken)
		}
		r.segment, r.fresh, r.ended = s.At, true, false
		r.items = append(r.items, s)
	case noteInputs:
		list, err := readInputs(content)
		if err != nil {
			return err
		}
		for _, i := range list {
			r.items = append(r.items, i)
		}
	} // other notes are of later versions, and may be ignored
	return nil
}

// takeFrame reads a frame and decompresses it.
func (r *Reader) takeFrame() error {
	whole, err := r.readFrame()
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if r.segment < 0 {
		return fmt.Errorf("%w: a frame before the first segment", ErrBroken)
	}
	if r.ended = false; !whole {
		return r.salvage()
	}
	r.plain, err = r.decoder.DecodeAll(r.frame, r.plain[:0])
	if err != nil {
		return fmt.Errorf("%w: a frame cannot be decompressed: %w", ErrBroken, err)
	}
	r.good += int64(len(r.frame))
	return r.open(r.plain)
}

// salvage reads the whole blocks of a frame within which the file ends.
func (r *Reader) salvage() error {
	r.torn = true
	if err := r.decoder.Reset(bytes.NewReader(r.frame)); err != nil {
		return io.ErrUnexpectedEOF
	}
	plain, _ := io.ReadAll(io.LimitReader(r.decoder, maxFrame)) // always ends with an error, since the frame is not complete
	if r.fresh && len(plain) < len(fbsVersion) {
		return io.ErrUnexpectedEOF
	}
	fresh := r.fresh // does not change, since the frame is not complete
	err := r.open(plain)
	r.fresh = fresh
	return err
}

// open begins to read the content of a frame.
func (r *Reader) open(plain []byte) error {
	if r.fresh {
		if len(plain) < len(fbsVersion) || string(plain[:len(fbsVersion)]) != fbsVersion {
			return fmt.Errorf("%w: a segment does not begin with %q", ErrBroken, fbsVersion)
		}
		plain = plain[len(fbsVersion):]
		r.fresh = false
	}
	r.rest = plain
	return nil
}

// readFrame reads a compressed frame into r.frame. It finds the end of the frame by the headers of its blocks (RFC 8878,
// section 3.1.1). If the file ends before, whole is false and r.frame has the beginning of the frame.
func (r *Reader) readFrame() (whole bool, err error) {
	r.frame = r.frame[:0]
	var h zstd.Header
	head, err := r.src.Peek(zstd.HeaderMaxSize)
	if err != nil && err != io.EOF {
		return false, err
	}
	if err := h.Decode(head); err != nil {
		if len(head) < zstd.HeaderMaxSize && errors.Is(err, io.ErrUnexpectedEOF) {
			return false, err
		}
		return false, fmt.Errorf("%w: neither a note nor a frame", ErrBroken)
	}
	if h.Skippable || h.WindowSize > maxFrame {
		return false, fmt.Errorf("%w: a frame of another making", ErrBroken)
	}
	if err := r.grow(h.HeaderSize); err != nil {
		return false, err
	}
	for last := false; !last; {
		start := len(r.frame)
		if err := r.grow(3); err != nil {
			return false, err
		}
		b := r.frame[start:]
		v := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
		last = v&1 != 0
		size := v >> 3
		if v>>1&3 == 1 { // the block repeats one byte
			size = 1
		}
		if err := r.grow(size); err != nil {
			return false, err
		}
	}
	if h.HasCheckSum {
		if err := r.grow(4); err != nil {
			return false, err
		}
	}
	return true, nil
}

// grow reads n bytes more into r.frame.
func (r *Reader) grow(n int) error {
	start := len(r.frame)
	if start+n > 2*maxFrame {
		return fmt.Errorf("%w: a frame of more than %d bytes", ErrBroken, 2*maxFrame)
	}
	r.frame = append(r.frame, make([]byte, n)...)
	got, err := io.ReadFull(r.src, r.frame[start:])
	r.frame = r.frame[:start+got]
	return eofInside(err)
}
