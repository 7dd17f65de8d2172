package wire_test

import (
	"bufio"
	"bytes"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/wire"
)

func TestServerMessagesAreReadAndWrittenAsSpecified(t *testing.T) {
	for name, tt := range map[string]struct {
		message wire.ServerMessage
		bytes   []byte
	}{
		"colours": {
			wire.SetColourMapEntries{First: 0x102, Colours: []wire.Colour{{R: 0x304, G: 5, B: 6}, {R: 7}}},
			raw(1, 0, 1, 2, 0, 2, 3, 4, 0, 5, 0, 6, 0, 7, 0, 0, 0, 0),
		},
		"bell":              {wire.Bell{}, raw(2)},
		"cut text":          {wire.ServerCutText{CutText: wire.CutText{Length: 2}}, raw(3, 0, 0, 0, 0, 0, 0, 2, 0, 0)},
		"extended cut text": {wire.ServerCutText{CutText: wire.CutText{Length: 4, Extended: true}}, raw(3, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc, 0, 0, 0, 0)},
		"end of continuous": {wire.EndOfContinuousUpdates{}, raw(150)},
		"fence":             {wire.Fence{Flags: 1<<31 | 2, Payload: "a"}, raw(248, 0, 0, 0, 0x80, 0, 0, 2, 1, 'a')},
		"xvp":               {wire.XVPMessage{Version: 1, Code: 1}, raw(250, 0, 1, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.message.Append(nil); !bytes.Equal(got, tt.bytes) {
				t.Errorf("Append = %x, want %x", got, tt.bytes)
			}
			in := bufio.NewReader(iotest.OneByteReader(bytes.NewReader(append(tt.bytes, 0xaa))))
			got, err := wire.ReadServerMessage(wire.NewReader(in))
			if diff := cmp.Diff(tt.message, got); diff != "" || err != nil {
				t.Errorf("read with error %v (-want +got):\n%s", err, diff)
			}
			if next, err := in.ReadByte(); next != 0xaa || err != nil {
				t.Errorf("next byte = %x, %v; want that after the message, aa", next, err)
			}
			if _, err := wire.ReadServerMessage(readerOf(tt.bytes[:len(tt.bytes)-1])); err == nil {
				t.Error("without its last byte it is read without an error")
			}
		})
	}
}
