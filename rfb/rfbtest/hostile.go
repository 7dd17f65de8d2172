package rfbtest

import (
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// A Hostile is a way in which a viewer can treat a machine badly.
type Hostile struct {
	Name string
	// Do treats the machine at the other end of a connection badly, and returns when there is
	// nothing more to do or the machine takes no more. It leaves the connection open.
	Do func(net.Conn)
}

const (
	// stuck is how long a viewer waits for a machine that takes nothing in.
	stuck = 300 * time.Millisecond
	// flood is how many bytes a viewer sends that would send for ever, if the machine takes them.
	flood = 4 << 20
)

// Hostiles are all the ways, each of a viewer that nobody wrote in good faith.
func Hostiles() []Hostile {
	format := wire.PixelFormat{BitsPerPixel: 8, Depth: 8} // answered with a colour map of 1.5 KB
	every := wire.FramebufferUpdateRequest{W: wire.MaxSide, H: wire.MaxSide}
	all := append([]wire.Encoding{
		wire.Fences, wire.ContinuousUpdates, wire.DesktopSize, wire.ExtendedDesktopSize, wire.Cursor, wire.LEDState, wire.CopyRect,
	}, screen.Writes...)
	fence := wire.Fence{Flags: wire.FenceRequest, Payload: string(make([]byte, 255))}
	return []Hostile{
		{"says nothing", func(net.Conn) {}},
		{"stops in the middle of the greeting", func(c net.Conn) { say(c, []byte("RFB 003.")) }},
		{"greets and never reads", greeted(func(net.Conn) {})},
		{"asks for the screen and never reads", greeted(saying(every))},
		{"reads a byte a second", greeted(slowly(every))},
		{"half-closes", greeted(halfClose(every))},
		{"stops in the middle of a message", greeted(func(c net.Conn) { say(c, wire.PointerEvent{}.Append(nil)[:3]) })},
		{"stops in the middle of a text", greeted(func(c net.Conn) { say(c, wire.CutText{Length: 1 << 20}.Append(nil)[:1000]) })},
		{"says what no viewer says", greeted(func(c net.Conn) { say(c, []byte{99, 99, 99, 99}) })},
		{"asks for pixel formats without end", greeted(endlessly(wire.SetPixelFormat{Format: format}))},
		{"names encodings without end", greeted(endlessly(wire.SetEncodings(all), wire.SetEncodings{}))},
		{"asks for updates without end", greeted(endlessly(every))},
		{"asks for updates that come unasked, again and again", greeted(endlessly(
			wire.SetEncodings(all), wire.EnableContinuousUpdates{Enable: true, W: wire.MaxSide, H: wire.MaxSide}, wire.EnableContinuousUpdates{}))},
		{"asks for sizes without end", greeted(endlessly(wire.SetEncodings(all), wire.SetDesktopSize{W: 1, H: 1, Screens: make([]wire.Screen, 255)}))},
		{"copies without end", greeted(endlessly(wire.CutText{Length: 1 << 20}))},
		{"fences without end", greeted(endlessly(fence))},
	}
}

// Viewers returns how many hostile viewers a test should send: as many as the environment variable
// STUDYCTL_TEST_VIEWERS says, and each way once where it says nothing.
func Viewers() (int, error) {
	text := os.Getenv("STUDYCTL_TEST_VIEWERS")
	if text == "" {
		return len(Hostiles()), nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("STUDYCTL_TEST_VIEWERS is %q, want a number from 1", text)
	}
	return n, nil
}

// say sends b, if the machine takes it in time.
func say(c net.Conn, b []byte) bool {
	_ = c.SetWriteDeadline(time.Now().Add(stuck))
	_, err := c.Write(b)
	return err == nil
}

// hear waits for so many bytes.
func hear(c net.Conn, n int) bool {
	_ = c.SetReadDeadline(time.Now().Add(100 * stuck)) // a machine under siege may be late
	_, err := io.ReadFull(c, make([]byte, n))
	return err == nil
}

// greeted shakes hands before it does what follows.
func greeted(do func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		nameless := 24 // bytes of a ServerInit without its name
		if hear(c, 12) && say(c, []byte("RFB 003.008\n")) && hear(c, 2) && say(c, []byte{1}) && hear(c, 4) && say(c, []byte{1}) && hear(c, nameless) {
			do(c)
		}
	}
}

func saying(m wire.ClientMessage) func(net.Conn) { return func(c net.Conn) { say(c, m.Append(nil)) } }

// endlessly says messages one after the other and reads nothing.
func endlessly(messages ...wire.ClientMessage) func(net.Conn) {
	var b []byte
	for _, m := range messages {
		b = m.Append(b)
	}
	return func(c net.Conn) {
		for sent := 0; sent < flood && say(c, b); sent += len(b) {
		}
	}
}

// slowly asks for something and reads three bytes of it, one a second.
func slowly(m wire.ClientMessage) func(net.Conn) {
	return func(c net.Conn) {
		say(c, m.Append(nil))
		for range 3 {
			hear(c, 1)
			<-time.After(time.Second)
		}
	}
}

// halfClose asks for something and then says that nothing more will come, where that can be said.
func halfClose(m wire.ClientMessage) func(net.Conn) {
	return func(c net.Conn) {
		say(c, m.Append(nil))
		if half, can := c.(interface{ CloseWrite() error }); can {
			_ = half.CloseWrite()
		}
	}
}
