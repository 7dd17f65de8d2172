package record

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io"
	"time"
)

// Video makes pictures at a constant rate of a recording.
type Video struct {
	Rate    int  // pictures a second, at least 1
	Overlay bool // draw the pointer, and a mark while a key is pressed
}

// Plan says how large and how long a video will be. The size is the largest that the screen had. Width and height are even,
// since most video encodings need that.
type Plan struct {
	Size   image.Point
	Frames int // the last shows the end of the recording
}

// Plan reads a recording and says what its video will be.
func (v Video) Plan(recording io.Reader) (Plan, error) {
	var p Plan
	last := time.Duration(0)
	err := Walk(recording, func(s Sight) error {
		p.Size.X, p.Size.Y = max(p.Size.X, s.Picture.Rect.Dx()), max(p.Size.Y, s.Picture.Rect.Dy())
		last = max(last, s.At)
		return nil
	})
	p.Size = image.Pt((p.Size.X+1)&^1, (p.Size.Y+1)&^1)
	if p.Size.X > 0 {
		p.Frames = int(last*time.Duration(v.Rate)/time.Second) + 1
	}
	return p, err
}

// errFrames ends a walk when all frames are made.
var errFrames = errors.New("all frames are made")

// Frames calls each with every picture of the plan. A pixel has four bytes: red, green, blue and one without meaning. The bytes
// are valid until each returns. inputs are only needed for the overlay.
func (v Video) Frames(recording io.Reader, p Plan, inputs []Input, each func(n int, rgba []byte) error) error {
	screen := image.NewRGBA(image.Rectangle{Max: p.Size})
	frame := image.NewRGBA(screen.Rect)
	draw.Draw(screen, screen.Rect, image.Black, image.Point{}, draw.Src)
	hand := hand{inputs: inputs}
	n := 0
	until := func(at time.Duration) error { // makes all frames before at, with the screen as it is
		for ; n < p.Frames; n++ {
			now := time.Duration(n) * time.Second / time.Duration(v.Rate)
			if now >= at {
				return nil
			}
			out := screen
			if v.Overlay {
				copy(frame.Pix, screen.Pix)
				hand.draw(frame, now)
				out = frame
			}
			if err := each(n, out.Pix); err != nil {
				return err
			}
		}
		return nil
	}
	err := Walk(recording, func(s Sight) error {
		if err := until(s.At); err != nil {
			return err
		}
		if s.Fresh || s.Area == s.Picture.Rect {
			draw.Draw(screen, screen.Rect, image.Black, image.Point{}, draw.Src)
		}
		draw.Draw(screen, s.Area, s.Picture, s.Area.Min, draw.Src)
		if n >= p.Frames {
			return errFrames
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFrames) {
		return err
	}
	return until(longest)
}

// Inputs returns the inputs of a recording, by time.
func Inputs(recording io.Reader) ([]Input, error) {
	r, err := NewReader(recording)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var all []Input
	for {
		i, err := r.Next()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		if in, is := i.(Input); is {
			all = append(all, in)
		}
	}
}

// keyShown is how long the mark of a key press is shown.
const keyShown = 400 * time.Millisecond

// hand draws what the participant did.
type hand struct {
	inputs  []Input // by time
	next    int
	pointer Input // the latest of the pointer; its Kind is 0 before the first
	pressed time.Duration
	keyed   bool
}

// Colours of the overlay. Together they can be seen on any background.
var (
	inside  = color.RGBA{255, 255, 255, 255}
	around  = color.RGBA{0, 0, 0, 255}
	clicked = color.RGBA{255, 190, 0, 255}
)

// The pointer's ring, in pixels.
const (
	ringInner = 5
	ringOuter = 8
)

func (h *hand) draw(frame *image.RGBA, now time.Duration) {
	for h.next < len(h.inputs) && h.inputs[h.next].At <= now {
		switch i := h.inputs[h.next]; i.Kind {
		case Pointer:
			h.pointer = i
		case KeyDown:
			h.pressed, h.keyed = i.At, true
		}
		h.next++
	}
	if h.pointer.Kind == Pointer {
		ring(frame, image.Pt(int(h.pointer.X), int(h.pointer.Y)), h.pointer.Buttons != 0)
	}
	if h.keyed && now-h.pressed < keyShown { // a key was pressed; which one is not shown
		corner := frame.Rect.Max.Sub(image.Pt(40, 28))
		keycap := image.Rectangle{corner, corner.Add(image.Pt(32, 20))}
		draw.Draw(frame, keycap.Inset(-2), image.NewUniform(around), image.Point{}, draw.Src)
		draw.Draw(frame, keycap, image.NewUniform(inside), image.Point{}, draw.Src)
		draw.Draw(frame, keycap.Inset(6), image.NewUniform(clicked), image.Point{}, draw.Src)
	}
}

// ring draws a white ring with a black edge around a point. It is filled while a button is down.
func ring(frame *image.RGBA, at image.Point, down bool) {
	for y := -ringOuter; y <= ringOuter; y++ {
		for x := -ringOuter; x <= ringOuter; x++ {
			p := at.Add(image.Pt(x, y))
			d := x*x + y*y
			switch {
			case !p.In(frame.Rect) || d > ringOuter*ringOuter:
			case d > (ringOuter-1)*(ringOuter-1) || d <= ringInner*ringInner && d > (ringInner-1)*(ringInner-1):
				frame.SetRGBA(p.X, p.Y, around)
			case d > ringInner*ringInner:
				frame.SetRGBA(p.X, p.Y, inside)
			case down:
				frame.SetRGBA(p.X, p.Y, clicked)
			}
		}
	}
}
