package display

import (
	"errors"
	"fmt"
	"image"

	"vmstudy/vmhost/dbus"
)

// A Sink gets the changes of a machine's screen, one call at a time, in order. Its methods should be quick,
// because QEMU keeps waiting changes in memory. The data in the arguments is valid until they return.
type Sink interface {
	Scanout(whole Pixels) error                 // the whole screen, perhaps with a new size
	Update(at image.Point, part Pixels) error   // a part of the screen
	Cursor(c Cursor) error                      // the shape of the pointer
	Pointer(at image.Point, visible bool) error // the position of the pointer
	LEDs(lit uint8)                             // bits from bit 0: scroll lock, num lock, caps lock
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

// hear handles one call of org.qemu.Display1.Listener. QEMU 7.2, ui/dbus-display1.xml.
func hear(m dbus.Message, sink Sink) error {
	if m.Interface != listenerInterface {
		return dbus.ErrUnknown // QEMU asks for properties, and the listener has none
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
		return nil // the last picture stays, as with QEMU's own VNC server
	}
	return dbus.ErrUnknown
}

func whenRead(r *dbus.Reader, do func() error) error {
	if r.Err() != nil {
		return nil
	}
	return do()
}

// readPixels reads the arguments after the size in Scanout and Update.
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
