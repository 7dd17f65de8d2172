package display

import (
	"errors"
	"fmt"
	"image"

	"vmstudy/vmhost/dbus"
)

// A Sink hears what a machine's screen does, one thing at a time, in order. It should be quick:
// QEMU keeps what it has not heard yet in memory. Data is valid until it returns.
type Sink interface {
	Scanout(whole Pixels) error                 // the whole screen, which has this size from now on
	Update(at image.Point, part Pixels) error   // a part of it
	Cursor(c Cursor) error                      // the pointer's shape
	Pointer(at image.Point, visible bool) error // where the guest has put it
	LEDs(lit uint8)                             // bits: scroll lock, num lock, caps lock
}

// Cursor is a pointer's shape.
type Cursor struct {
	Size, Hot image.Point
	Data      []byte // ARGB, 32 bits a pixel, little-endian: blue comes first
}

// maxCursor is QEMU's own limit for a pointer's width and height, in pixels.
const maxCursor = 512

const (
	listenerInterface = "org.qemu.Display1.Listener"
	listenerPath      = "/org/qemu/Display1/Listener"
)

// hear takes one call on org.qemu.Display1.Listener. QEMU 7.2, ui/dbus-display1.xml.
func hear(m dbus.Message, sink Sink) error {
	if m.Interface != listenerInterface {
		return dbus.ErrUnknown // its properties, which it has none of
	}
	r := dbus.NewReader(m.Body)
	switch m.Member {
	case "Scanout":
		p := readPixels(r, int(r.Uint32()), int(r.Uint32()))
		return errors.Join(r.Err(), whenRead(r, func() error { return sink.Scanout(p) }))
	case "Update":
		at := image.Pt(int(r.Int32()), int(r.Int32()))
		p := readPixels(r, int(r.Int32()), int(r.Int32()))
		return errors.Join(r.Err(), whenRead(r, func() error { return sink.Update(at, p) }))
	case "CursorDefine":
		c, err := readCursor(r)
		if err != nil {
			return err
		}
		return sink.Cursor(c)
	case "MouseSet":
		at := image.Pt(int(r.Int32()), int(r.Int32()))
		visible := r.Int32() != 0
		return errors.Join(r.Err(), whenRead(r, func() error { return sink.Pointer(at, visible) }))
	case "Disable":
		return nil // the last picture stays, as with QEMU's own server
	}
	return dbus.ErrUnknown
}

func whenRead(r *dbus.Reader, do func() error) error {
	if r.Err() != nil {
		return nil
	}
	return do()
}

// readPixels reads what follows the size in Scanout and Update.
func readPixels(r *dbus.Reader, w, h int) Pixels {
	return Pixels{W: w, H: h, Stride: int(r.Uint32()), Format: r.Uint32(), Data: r.Array()}
}

func readCursor(r *dbus.Reader) (Cursor, error) {
	c := Cursor{Size: image.Pt(int(r.Int32()), int(r.Int32()))}
	c.Hot = image.Pt(int(r.Int32()), int(r.Int32()))
	c.Data = r.Array()
	switch {
	case r.Err() != nil:
		return Cursor{}, r.Err()
	case c.Size.X < 0 || c.Size.Y < 0 || c.Size.X > maxCursor || c.Size.Y > maxCursor || len(c.Data) < 4*c.Size.X*c.Size.Y:
		return Cursor{}, fmt.Errorf("pointer of %v pixels in %d bytes", c.Size, len(c.Data))
	}
	return c, nil
}
