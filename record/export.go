package record

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// Export says which part of a recording becomes a file for players of VNC sessions, and how.
//
// A recording has what one viewer, noVNC, has asked for: encodings that few players know, and pseudo-rectangles, which tell
// the shape of the pointer or another size of the screen. So an export is drawn anew, for a viewer that has asked for
// nothing: in RFB 3.3, with 32 bits a pixel, and with rectangles of pixels only. Such a viewer cannot be told of another
// size. So everything is shown on one canvas that is as large as the largest screen. The screen is at its upper left, and the
// rest is black. The pointer is not drawn.
//
// Even the strictest player can read the file: it is version 001.000 of FBS, and each block is a whole message of up to
// 1 MiB. The last message repeats a pixel at the time when the recording ends.
type Export struct {
	Segment int  // the number of a segment, from 1, with times that begin with it; 0 means all segments
	Hextile bool // use Hextile, which is smaller, in place of Raw, which every player knows
}

// plainFBS is the first line of an FBS file of the oldest version, which says nothing about the pixel format.
const plainFBS = "FBS 001.000\n"

// bgrx is the pixel format of exports. Players that do not read which format is announced expect this one.
var bgrx = wire.PixelFormat{
	BitsPerPixel: 32, Depth: 24, TrueColour: true,
	RedMax: 255, GreenMax: 255, BlueMax: 255,
	RedShift: 16, GreenShift: 8, BlueShift: 0,
}

// How large a rectangle and a message of an export may be, in pixels and in bytes. A message to which a rectangle is added
// stays below 1 MiB, which is the longest block that some players can read.
const (
	exportPixels  = 64 << 10
	exportMessage = 512 << 10
)

// Write writes the file. It reads the recording three times. If there is no such segment, the error is study.ErrNotFound. Then
// nothing is written, and neither is anything written if there is no picture.
func (x Export) Write(ctx context.Context, to io.Writer, recording io.ReadSeeker) error {
	recording = &stoppable{recording, ctx}
	e := exporter{to: to, encoder: screen.NewEncoder(bgrx)}
	if x.Hextile {
		e.encoder.SetEncodings(wire.SetEncodings{wire.Hextile}, nil)
	}
	for _, pass := range []func(io.Reader) error{
		func(r io.Reader) error { return x.span(r, &e) },
		func(r io.Reader) error { return x.walk(r, e.measure) },
		func(r io.Reader) error { return x.walk(r, e.see) },
	} {
		if _, err := recording.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if err := pass(recording); err != nil {
			return err
		}
	}
	return e.end()
}

// stoppable is a recording that can be read until a context ends.
type stoppable struct {
	io.ReadSeeker
	wanted context.Context
}

// Read implements [io.Reader].
func (s *stoppable) Read(p []byte) (int, error) {
	if s.wanted.Err() != nil {
		return 0, context.Cause(s.wanted)
	}
	return s.ReadSeeker.Read(p)
}

// span finds out when what is exported begins and ends.
func (x Export) span(recording io.Reader, e *exporter) error {
	r, err := NewReader(recording)
	if err != nil {
		return err
	}
	defer r.Close()
	e.attempt = r.Header.Attempt
	n := 0
	for {
		i, err := r.Next()
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			if x.Segment < 0 || x.Segment > n {
				return study.Refuse(study.ErrNotFound, "there is no segment %d in this recording, which has %d", x.Segment, n)
			}
			return nil
		case err != nil:
			return err
		}
		at := time.Duration(-1)
		switch i := i.(type) {
		case Segment:
			n++
			if at = i.At; n == x.Segment {
				e.from = at
			}
		case Block:
			at = i.At
		}
		if x.Segment == 0 || x.Segment == n {
			e.until = max(e.until, at)
		}
	}
}

// walk calls see with what is exported.
func (x Export) walk(recording io.Reader, see func(Sight) error) error {
	return Walk(recording, func(s Sight) error {
		if x.Segment != 0 && x.Segment != s.Segment {
			return nil
		}
		return see(s)
	})
}

// exporter writes one export.
type exporter struct {
	to          io.Writer
	encoder     *screen.Encoder
	attempt     study.AttemptID
	from, until time.Duration // what is exported begins and ends here, counted from the beginning of the recording
	size        image.Point   // of the canvas

	shown, next *image.RGBA // what a player shows now, and what it is to show next
	rects       []byte      // the rectangles of the message that is being made
	count       uint16
	last        time.Duration // when the last message was
}

func (e *exporter) measure(s Sight) error {
	e.size.X, e.size.Y = max(e.size.X, s.Picture.Rect.Dx()), max(e.size.Y, s.Picture.Rect.Dy())
	return nil
}

// see writes what a sight changes.
func (e *exporter) see(s Sight) error {
	first := e.shown == nil
	if first {
		if err := e.begin(); err != nil {
			return err
		}
	}
	area := s.Area
	if area == s.Picture.Rect { // the size of the screen may have changed
		area = e.next.Rect
		draw.Draw(e.next, area, image.Black, image.Point{}, draw.Src)
	}
	draw.Draw(e.next, s.Area, s.Picture, s.Area.Min, draw.Src)
	changed := []image.Rectangle{area}
	if !first {
		changed = differing(e.shown, e.next, area)
	}
	for _, part := range changed {
		draw.Draw(e.shown, part, e.next, part.Min, draw.Src)
		if err := e.rectangle(s.At, part); err != nil {
			return err
		}
	}
	return e.message(s.At)
}

// begin writes the version line and the handshake.
func (e *exporter) begin() error {
	canvas := image.Rectangle{Max: e.size}
	e.shown, e.next = image.NewRGBA(canvas), image.NewRGBA(canvas)
	if _, err := io.WriteString(e.to, plainFBS); err != nil {
		return err
	}
	hello := binary.BigEndian.AppendUint32([]byte("RFB 003.003\n"), 1) // no password
	return e.block(e.from, wire.ServerInit{
		W: uint16(e.size.X), H: uint16(e.size.Y), Format: bgrx, Name: fmt.Sprintf("attempt %d", e.attempt),
	}.Append(hello))
}

// rectangle adds a part of the canvas, in pieces that are small enough for players.
func (e *exporter) rectangle(at time.Duration, part image.Rectangle) error {
	rows := max(1, exportPixels/part.Dx())
	for y := part.Min.Y; y < part.Max.Y; y += rows {
		piece := image.Rect(part.Min.X, y, part.Max.X, min(y+rows, part.Max.Y))
		e.rects = e.encoder.Append(e.rects, e.shown, piece)
		if e.count++; len(e.rects) >= exportMessage {
			if err := e.message(at); err != nil {
				return err
			}
		}
	}
	return nil
}

// message writes the rectangles that were added, as one message in one block.
func (e *exporter) message(at time.Duration) error {
	if e.count == 0 {
		return nil
	}
	b := append(wire.AppendUpdate(nil, e.count), e.rects...)
	e.rects, e.count, e.last = e.rects[:0], 0, at
	return e.block(at, b)
}

func (e *exporter) block(at time.Duration, data []byte) error {
	_, err := e.to.Write(AppendBlock(nil, Block{At: at - e.from, Data: data}))
	return err
}

// end writes the last message, so that the file lasts as long as the recording.
func (e *exporter) end() error {
	if e.shown == nil {
		return study.Refuse(study.ErrConflict, "there is no picture in this recording")
	}
	if e.until <= e.last {
		return nil
	}
	if err := e.rectangle(e.until, image.Rect(0, 0, 1, 1)); err != nil {
		return err
	}
	return e.message(e.until)
}

// Export writes an export of an attempt's recording. Exports are made one at a time, because trials may run meanwhile.
func (l *Library) Export(ctx context.Context, to io.Writer, a study.AttemptID, x Export) error {
	select {
	case l.oneExport <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-l.oneExport }()
	f, err := l.Open(a)
	if err != nil {
		return err
	}
	return errors.Join(x.Write(ctx, to, f), f.Close())
}
