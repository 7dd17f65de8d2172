package session

import (
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"testing"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// turn is what one side of a conversation sends, and how many bytes it then reads.
type turn struct {
	say  []byte
	hear int
}

func take(c net.Conn, turns []turn) error {
	for _, turn := range turns {
		if _, err := c.Write(turn.say); err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, c, int64(turn.hear)); err != nil {
			return err
		}
	}
	return nil
}

// Both sides send a copied text. They also send a bell and a key, which always pass.
func TestTextPassesOnlyThroughAnOpenClipboard(t *testing.T) {
	in, out := []byte("\x06\x00\x00\x00\x00\x00\x00\x0bfrom person"), []byte("\x03\x00\x00\x00\x00\x00\x00\x0cfrom machine")
	bell, key := wire.Bell{}.Append(nil), wire.KeyEvent{Down: true, Keysym: 'k'}.Append(nil)
	for name, tt := range map[string]struct {
		open                bool
		toViewer, toMachine []byte
	}{
		"closed": {false, bell, key},
		"open":   {true, slices.Concat(out, bell), slices.Concat(in, key)},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := net.Pipe()
			hello := wire.ServerInit{W: 8, H: 8, Format: wire.RGBX, Name: "copier"}.Append(nil)
			machine := make(chan error, 1)
			var heard []byte
			go func() {
				err := take(far, []turn{{[]byte("RFB 003.008\n"), 12}, {[]byte{1, 1}, 1}, {[]byte{0, 0, 0, 0}, 1}, {hello, 0}, {slices.Concat(out, bell), 0}})
				rest, readErr := io.ReadAll(far)
				heard = rest
				machine <- errors.Join(err, readErr)
			}()

			screen := tapped(near, Request{Clipboard: tt.open}, func(e tap.Event) {
				if lost, is := e.(tap.Lost); is {
					t.Errorf("the tap is lost: %v", lost.Reason)
				}
			})
			err := take(screen, []turn{{nil, 12}, {[]byte("RFB 003.008\n"), 2}, {[]byte{1}, 4}, {[]byte{1}, len(hello)}})
			got := make([]byte, len(tt.toViewer))
			_, readErr := io.ReadFull(screen, got)
			_, writeErr := screen.Write(slices.Concat(in, key))
			if err := errors.Join(err, readErr, writeErr, screen.Close(), <-machine); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, tt.toViewer) {
				t.Errorf("the viewer heard %q, want %q", got, tt.toViewer)
			}
			if !bytes.Equal(heard, tt.toMachine) {
				t.Errorf("the machine heard %q, want %q", heard, tt.toMachine)
			}
		})
	}
}
