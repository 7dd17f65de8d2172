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

// Export says what of a recording becomes a file for players of VNC sessions.
//
// A recording holds what one viewer, noVNC, has asked for: encodings that few players know, and
// rectangles that are none, for the pointer's shape or another size of the screen. So an export is
// drawn anew, as a viewer would see it that has asked for nothing: RFB 3.3, 32 bits a pixel, rectangles
// with pixels only. No such viewer can be told of another size; so all is shown on one canvas
// as large as the largest screen, with the screen at its upper left, and black beside it. The pointer
// is not drawn.
//
// The file is what the strictest player takes: version 001.000 of FBS, blocks that are whole messages of
// up to 1 MiB, none of them empty. The last one repeats a pixel, at the time when the recording ends.
type Export struct {
	Segment int  // a connection of the viewer, from 1, with times that begin with it; 0: all of them
	Hextile bool // smaller than Raw, which is what every player knows
}

// plainFBS begins an FBS file that does not say who has set the pixel format.
const plainFBS = "FBS 001.000\n"

// bgrx is the pixel format of exports. Players that do not look what is announced take it for granted.
var bgrx = wire.PixelFormat{
	BitsPerPixel: 32, Depth: 24, TrueColour: true,
	RedMax: 255, GreenMax: 255, BlueMax: 255,
	RedShift: 16, GreenShift: 8, BlueShift: 0,
}

// Limits of what is exported in one piece: a rectangle, in pixels, and a message, in bytes. Both together
// stay below 1 MiB, the longest block that some players take.
const (
	exportPixels  = 64 << 10
	exportMessage = 512 << 10
)

// Write writes the file. The recording is read three times. A segment that is not there is
// study.ErrNotFound; then, and where there is no picture, nothing is written.
func (x Export) Write(ctx context.Context, to io.Writer, recording io.ReadSeeker) error {
	recording = &stoppable{recording, ctx}
	e := exporter{to: to, encoder: screen.NewEncoder(bgrx, false)}
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

// stoppable is a recording that is read as long as somebody wants it.
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
	from, until time.Duration // since the recording began
	size        image.Point   // of the canvas

	shown, next *image.RGBA // what a player shows; what it is to show
	rects       []byte      // of the message that grows
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
	if area == s.Picture.Rect { // it may have another size than before
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

// begin writes what comes before the first picture.
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

// rectangle adds a part of what is shown, in pieces that players can take.
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

// message writes the rectangles that wait, as one message in one block.
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

// end makes the file last as long as the recording does.
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

// Export writes an export of an attempt's recording. One is made at a time: trials may run meanwhile.
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
