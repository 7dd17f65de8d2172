package robot

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"vmstudy/rfb/wire"
)

// Keysyms of the keys that have no character. X11 protocol, appendix A.
const (
	KeyBackspace uint32 = 0xff08
	KeyTab       uint32 = 0xff09
	KeyReturn    uint32 = 0xff0d
	KeyEscape    uint32 = 0xff1b
	KeyShift     uint32 = 0xffe1
	KeyControl   uint32 = 0xffe3
	KeyAlt       uint32 = 0xffe9
)

// Key presses or releases one key. The keysym of a character is its ASCII code; other keys
// have the KeyXxx constants. A capital needs [KeyShift] held: the machine is told keys, not
// letters.
func (c *Client) Key(ctx context.Context, keysym uint32, down bool) error {
	return c.sendWithin(ctx, wire.KeyEvent{Down: down, Keysym: keysym})
}

// KeyAt is Key for a key of which its place on the keyboard is told, too, as browsers do: see wire.QEMUKeyEvent.
func (c *Client) KeyAt(ctx context.Context, keysym, place uint32, down bool) error {
	return c.sendWithin(ctx, wire.QEMUKeyEvent{Down: down, Keysym: keysym, Keycode: place})
}

// Pointer moves the mouse to x, y with the given buttons down; bit 0 is the left one. Places
// outside of the screen are moved to its edge.
func (c *Client) Pointer(ctx context.Context, x, y int, buttons uint8) error {
	size := c.Size()
	x, y = max(0, min(x, size.X-1)), max(0, min(y, size.Y-1))
	return c.sendWithin(ctx, wire.PointerEvent{Buttons: uint16(buttons), X: uint16(x), Y: uint16(y)})
}

// Type types text as on a US keyboard: every printable ASCII character, and '\n', '\t' and
// '\b' as the keys of those names. It does not wait for the machine to show it.
func (c *Client) Type(ctx context.Context, text string) error {
	for i, char := range text {
		keysym, shift, ok := keyOf(char)
		if !ok {
			return fmt.Errorf("typing %q: no key for %q at byte %d", text, char, i)
		}
		stroke := []wire.KeyEvent{{Down: true, Keysym: keysym}, {Down: false, Keysym: keysym}}
		if shift {
			stroke = []wire.KeyEvent{{Down: true, Keysym: KeyShift}, stroke[0], stroke[1], {Down: false, Keysym: KeyShift}}
		}
		for _, key := range stroke {
			if err := c.sendWithin(ctx, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// shifted has what a US keyboard types only with shift, capitals apart.
const shifted = `~!@#$%^&*()_+{}|:"<>?`

// keyOf returns the keysym that types char and whether shift has to be held for it.
func keyOf(char rune) (keysym uint32, shift, ok bool) {
	switch {
	case char == '\n':
		return KeyReturn, false, true
	case char == '\t':
		return KeyTab, false, true
	case char == '\b':
		return KeyBackspace, false, true
	case char < ' ' || char > '~':
		return 0, false, false
	}
	return uint32(char), char >= 'A' && char <= 'Z' || strings.ContainsRune(shifted, char), true
}

// sendWithin sends m unless ctx ends before the machine has taken it; then the connection is
// of no more use, since half a message may have left.
func (c *Client) sendWithin(ctx context.Context, m wire.ClientMessage) error {
	if ctx.Err() != nil {
		return fmt.Errorf("sending %T: %w", m, context.Cause(ctx))
	}
	stop := context.AfterFunc(ctx, func() { _ = c.conn.SetWriteDeadline(time.Unix(1, 0)) })
	defer stop()
	err := c.send(m)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("sending %T: %w", m, err)
	}
	return nil
}

func (c *Client) send(m wire.ClientMessage) error {
	c.writes.Lock()
	defer c.writes.Unlock()
	_, err := c.conn.Write(m.Append(nil))
	return err
}
