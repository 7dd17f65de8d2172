package wire_test

import (
	"bufio"
	"bytes"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/wire"
)

// clientMessages has every client message and its bytes by the specification.
var clientMessages = map[string]struct {
	message wire.ClientMessage
	bytes   []byte
}{
	"pixel format": {
		wire.SetPixelFormat{Format: wire.RGBX},
		raw(0, 0, 0, 0, 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16, 0, 0, 0),
	},
	"encodings": {wire.SetEncodings{wire.Tight, wire.DesktopSize}, raw(2, 0, 0, 2, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0x21)},
	"update request": {
		wire.FramebufferUpdateRequest{Incremental: true, X: 1, Y: 2, W: 0x304, H: 5},
		raw(3, 1, 0, 1, 0, 2, 3, 4, 0, 5),
	},
	"key":            {wire.KeyEvent{Down: true, Keysym: 0xff0d}, raw(4, 1, 0, 0, 0, 0, 0xff, 0x0d)},
	"pointer":        {wire.PointerEvent{Buttons: 0x85, X: 0x280, Y: 0x1e0}, raw(5, 0x85, 2, 0x80, 1, 0xe0)},
	"cut text":       {wire.CutText{Length: 3}, raw(6, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0)},
	"extended text":  {wire.CutText{Length: 4, Extended: true}, raw(6, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0, 0, 0, 0)},
	"continuous":     {wire.EnableContinuousUpdates{Enable: true, W: 6, H: 7}, raw(150, 1, 0, 0, 0, 0, 0, 6, 0, 7)},
	"fence":          {wire.Fence{Flags: 1<<31 | 1, Payload: "ab"}, raw(248, 0, 0, 0, 0x80, 0, 0, 1, 2, 'a', 'b')},
	"xvp":            {wire.XVPMessage{Version: 1, Code: 3}, raw(250, 0, 1, 3)},
	"QEMU key":       {wire.QEMUKeyEvent{Down: true, Keysym: 'a', Keycode: 0x9c}, raw(255, 0, 0, 1, 0, 0, 0, 'a', 0, 0, 0, 0x9c)},
	"QEMU audio off": {wire.QEMUAudio{Operation: 1}, raw(255, 1, 0, 1)},
	"QEMU audio format": {
		wire.QEMUAudio{Operation: 2, Sample: 3, Channels: 2, Frequency: 44100},
		raw(255, 1, 0, 2, 3, 2, 0, 0, 0xac, 0x44),
	},
	"desktop size": {
		wire.SetDesktopSize{W: 640, H: 480, Screens: []wire.Screen{{ID: 1, X: 2, Y: 3, W: 4, H: 5, Flags: 6}}},
		raw(251, 0, 2, 0x80, 1, 0xe0, 1, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0, 0, 6),
	},
}

func TestClientMessagesAreReadAndWrittenAsSpecified(t *testing.T) {
	for name, tt := range clientMessages {
		t.Run(name, func(t *testing.T) {
			if got := tt.message.Append(nil); !bytes.Equal(got, tt.bytes) {
				t.Errorf("Append = %x, want %x", got, tt.bytes)
			}
			in := bufio.NewReader(iotest.OneByteReader(bytes.NewReader(append(tt.bytes, 0xaa))))
			got, err := wire.ReadClientMessage(wire.NewReader(in), false)
			if diff := cmp.Diff(tt.message, got); diff != "" || err != nil {
				t.Errorf("read with error %v (-want +got):\n%s", err, diff)
			}
			if next, err := in.ReadByte(); next != 0xaa || err != nil {
				t.Errorf("next byte = %x, %v; want that after the message, aa", next, err)
			}
		})
	}
}

func TestReadClientMessageSaysWhereBytesEnd(t *testing.T) {
	for name, tt := range clientMessages {
		short := bytes.NewReader(tt.bytes[:len(tt.bytes)-1])
		if _, err := wire.ReadClientMessage(wire.NewReader(bufio.NewReader(short)), false); err == nil {
			t.Errorf("%s without its last byte is read without an error", name)
		}
	}
}

func FuzzReadClientMessage(f *testing.F) {
	for _, tt := range clientMessages {
		f.Add(tt.bytes, true)
	}
	f.Fuzz(func(t *testing.T, in []byte, extendedMouse bool) {
		m, err := wire.ReadClientMessage(wire.NewReader(bufio.NewReader(bytes.NewReader(in))), extendedMouse)
		if err != nil {
			return
		}
		// What was read and is written must be read as the same, if the form is the same.
		again, err := wire.ReadClientMessage(wire.NewReader(bufio.NewReader(bytes.NewReader(m.Append(nil)))), isLong(m))
		if diff := cmp.Diff(m, again); diff != "" || err != nil {
			t.Errorf("read again with error %v (-first +again):\n%s", err, diff)
		}
	})
}

// isLong tells whether m is a pointer message in its longer form.
func isLong(m wire.ClientMessage) bool {
	p, ok := m.(wire.PointerEvent)
	return ok && p.Buttons > 0xff
}
