package record

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"image"
	"image/draw"
	"io"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// In a replay, a viewer in a browser can jump to any time. That is not possible in a recording, since most encodings depend on
// everything that was sent before. So a replay is made of a recording when somebody first wants to see it. It has the same
// pictures, encoded anew as Tight, in chunks. Each chunk begins with a whole picture (a key frame), and depends on nothing
// before it.
//
// A chunk consists of messages. Each has the time since the recording began in milliseconds and a length, in four bytes each,
// big-endian, and then as many bytes for the viewer as the length says. The pixel format is wire.RGBX. Within a chunk the
// size of the screen does not change.

// How long and how large a chunk becomes. It ends with the first change after that. To jump to a time, a viewer has to fetch
// and draw one chunk at most.
const (
	chunkTime  = 5 * time.Second
	chunkBytes = 1 << 20
)

// moveEvery is the shortest time between two moves of the pointer in a replay. Moves between them are left out.
const moveEvery = 40 * time.Millisecond

// Chunk says where a chunk is in the data of a replay.
type Chunk struct {
	At            int64 // milliseconds since the recording began
	Offset        int64
	Length        int64
	Width, Height int // of the screen, in pixels
}

// Replay is the index of a replay's data.
type Replay struct {
	Version  int
	Duration int64   // milliseconds
	Segments []int64 // when the viewer connected, in milliseconds
	Chunks   []Chunk // by time
	// Inputs are {ms, kind, x, y, buttons} for the pointer and {ms, kind, keysym} for keys, where
	// kind is an InputKind.
	Inputs [][]int64
}

// replayVersion counts the versions of replays. A replay of another version is made again.
const replayVersion = 1

// MakeReplay makes a replay of a recording, which it reads twice. It writes the data to out.
func MakeReplay(out io.Writer, recording io.ReadSeeker) (Replay, error) {
	m := maker{
		out: bufio.NewWriterSize(out, 256<<10), index: Replay{Version: replayVersion, Chunks: []Chunk{}, Inputs: [][]int64{}},
		encoder: screen.NewEncoder(wire.RGBX),
	}
	m.encoder.SetEncodings(wire.SetEncodings{wire.Tight}, nil)
	if err := m.list(recording); err != nil {
		return Replay{}, err
	}
	if _, err := recording.Seek(0, io.SeekStart); err != nil {
		return Replay{}, err
	}
	if err := Walk(recording, m.see); err != nil {
		return Replay{}, err
	}
	if err := m.endChunk(); err != nil {
		return Replay{}, err
	}
	return m.index, m.out.Flush()
}

// maker makes a replay.
type maker struct {
	out    *bufio.Writer
	index  Replay
	offset int64 // where the current chunk begins

	shown   *image.RGBA // what a viewer shows by now
	encoder *screen.Encoder
	chunk   []byte // the messages of the current chunk
	began   time.Duration
}

// list collects the segments and the inputs.
func (m *maker) list(recording io.Reader) error {
	r, err := NewReader(recording)
	if err != nil {
		return err
	}
	defer r.Close()
	var s Summary
	moved := time.Duration(-moveEvery)
	var buttons uint16
	for {
		i, err := r.Next()
		if err != nil {
			m.index.Duration = s.Duration.Milliseconds()
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return nil
			}
			return err
		}
		s.take(i)
		switch i := i.(type) {
		case Segment:
			m.index.Segments = append(m.index.Segments, i.At.Milliseconds())
		case Input:
			if i.Kind == Pointer && i.Buttons == buttons && i.At-moved < moveEvery {
				continue
			}
			if i.Kind == Pointer {
				moved, buttons = i.At, i.Buttons
			}
			m.index.Inputs = append(m.index.Inputs, i.row())
		}
	}
}

func (i Input) row() []int64 {
	row := []int64{i.At.Milliseconds(), int64(i.Kind)}
	if i.Kind == Pointer {
		return append(row, int64(i.X), int64(i.Y), int64(i.Buttons))
	}
	return append(row, int64(i.Keysym))
}

// see adds what a sight changes.
func (m *maker) see(s Sight) error {
	if m.shown == nil || m.shown.Rect != s.Picture.Rect ||
		s.At-m.began >= chunkTime || len(m.chunk) >= chunkBytes {
		return m.key(s)
	}
	changed := differing(m.shown, s.Picture, s.Area)
	if len(changed) == 0 {
		return nil
	}
	m.message(s, changed)
	return nil
}

// key ends the chunk and begins another with a whole picture.
func (m *maker) key(s Sight) error {
	if err := m.endChunk(); err != nil {
		return err
	}
	if m.shown == nil || m.shown.Rect != s.Picture.Rect {
		m.shown = image.NewRGBA(s.Picture.Rect)
	}
	m.began = s.At
	m.message(s, []image.Rectangle{s.Picture.Rect})
	return nil
}

// message adds one update with the given parts of the picture to the chunk.
func (m *maker) message(s Sight, parts []image.Rectangle) {
	at := len(m.chunk)
	m.chunk = binary.BigEndian.AppendUint32(m.chunk, uint32(s.At.Milliseconds()))
	m.chunk = append(m.chunk, 0, 0, 0, 0) // will be the length
	body := len(m.chunk)
	m.chunk = wire.AppendUpdate(m.chunk, 0)
	count := uint16(0)
	for _, part := range parts {
		m.encoder.Split(part, func(q image.Rectangle) {
			start := len(m.chunk)
			m.encoder.Restart()
			m.chunk = m.encoder.Append(m.chunk, s.Picture, q)
			m.chunk[start+rectangleHead] |= resetStreams
			count++
		})
		draw.Draw(m.shown, part, s.Picture, part.Min, draw.Src)
	}
	binary.BigEndian.PutUint16(m.chunk[body+2:], count)
	binary.BigEndian.PutUint32(m.chunk[at+4:], uint32(len(m.chunk)-body))
}

// The first byte of a Tight rectangle follows the rectangle's head. Its lower four bits make the viewer reset its four streams
// of compression (rfbproto, "Tight Encoding"). Here every rectangle resets them: noVNC 1.7 (its pako) forgets the size of a
// stream's window at a reset, so no rectangle after it may refer to an earlier one.
const (
	rectangleHead = 12
	resetStreams  = 0x0f
)

func (m *maker) endChunk() error {
	if len(m.chunk) == 0 {
		return nil
	}
	m.index.Chunks = append(m.index.Chunks, Chunk{
		At: m.began.Milliseconds(), Offset: m.offset, Length: int64(len(m.chunk)),
		Width: m.shown.Rect.Dx(), Height: m.shown.Rect.Dy(),
	})
	m.offset += int64(len(m.chunk))
	_, err := m.out.Write(m.chunk)
	m.chunk = m.chunk[:0]
	return err
}

// tile is the side of the squares by which pictures are compared, in pixels.
const tile = 32

// differing returns the tiles within area in which two pictures of the same size differ. Tiles that are side by side are
// joined to one rectangle.
func differing(a, b *image.RGBA, area image.Rectangle) []image.Rectangle {
	var all []image.Rectangle
	area = area.Intersect(b.Rect)
	for y := area.Min.Y / tile * tile; y < area.Max.Y; y += tile {
		var run image.Rectangle
		for x := area.Min.X / tile * tile; x < area.Max.X; x += tile {
			q := image.Rect(x, y, x+tile, y+tile).Intersect(b.Rect)
			if same(a, b, q) {
				continue
			}
			if run.Empty() || run.Max.X < q.Min.X {
				all = append(all, q)
				run = q
				continue
			}
			run.Max.X = q.Max.X
			all[len(all)-1] = run
		}
	}
	return all
}

func same(a, b *image.RGBA, q image.Rectangle) bool {
	for y := q.Min.Y; y < q.Max.Y; y++ {
		from := a.PixOffset(q.Min.X, y)
		to := from + 4*q.Dx()
		if !bytes.Equal(a.Pix[from:to], b.Pix[from:to]) {
			return false
		}
	}
	return true
}
