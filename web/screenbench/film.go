package screenbench

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"net"
	"time"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// film is what the machines of busy desktops send: updates at a steady pace.
type film struct {
	noise   []byte   // pixels that cannot be compressed
	frames  [][]byte // plain pixels of a desktop, 64 KiB each
	updates [][]byte
	every   time.Duration
	slots   []chan time.Time // for each viewer, the times at which updates were sent
}

// noise returns n bytes that cannot be compressed.
func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// busy returns the film of a desktop of 1280x800 on which somebody types, a window scrolls and a
// small video runs: 20 updates per second, in ZRLE.
func busy(updates, viewers int) film {
	picture := rfbtest.Desktop(screenSize, 1)
	e := screen.NewEncoder(wire.RGBX)
	e.SetEncodings(wire.SetEncodings{wire.ZRLE}, nil)
	f := film{every: 50 * time.Millisecond}
	other := rfbtest.Desktop(screenSize, 2)
	r := rand.New(rand.NewPCG(3, 4))
	for n := range updates {
		areas := []image.Rectangle{image.Rect(n%150*7, 200, n%150*7+7, 213)} // a letter
		draw.Draw(picture, areas[0], other, image.Pt(r.IntN(1000), r.IntN(700)), draw.Src)
		video := image.Rect(900, 500, 1220, 740)
		for range 2000 {
			picture.SetRGBA(900+r.IntN(320), 500+r.IntN(240), color.RGBA{uint8(n), uint8(r.Uint32()), 99, 255})
		}
		if areas = append(areas, video); n%4 == 0 {
			window := image.Rect(100, 300, 700, 700)
			draw.Draw(picture, window, picture, window.Min.Add(image.Pt(0, 16)), draw.Src)
			areas = append(areas, window)
		}
		if n == 0 {
			areas = []image.Rectangle{picture.Rect}
		}
		message := wire.AppendUpdate(nil, uint16(len(areas)))
		for _, area := range areas {
			message = e.Append(message, picture, area)
		}
		f.updates = append(f.updates, message)
	}
	for range viewers {
		f.slots = append(f.slots, make(chan time.Time, updates))
	}
	return f
}

// play sends the film to a viewer, and passes on when each update was sent.
func (f film) play(c net.Conn, slot int) error {
	begun := time.Now()
	for n, update := range f.updates {
		time.Sleep(time.Until(begun.Add(time.Duration(n) * f.every)))
		f.slots[slot] <- time.Now()
		if _, err := c.Write(update); err != nil {
			return err
		}
	}
	return nil
}

// watch receives the film. It returns, for each update, the time from sending it until all of it
// was there.
func (f film) watch(v *viewer, slot int) (late []time.Duration, err error) {
	if err := v.order(orderPlay, slot); err != nil {
		return nil, err
	}
	for _, update := range f.updates {
		if _, err := v.in.Discard(len(update)); err != nil {
			return nil, err
		}
		late = append(late, time.Since(<-f.slots[slot]))
	}
	return late, nil
}
