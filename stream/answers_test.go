package stream

import (
	"bytes"
	"io"
	"net"
	"testing"

	"vmstudy/stream/wire"
)

func TestWhatIsWrittenRawComesBetweenWhatIsCompressed(t *testing.T) {
	text := bytes.Repeat([]byte("the same again, "), 20_000) // longer than a block of the compressor
	noise := make([]byte, 1000)
	for i := range noise {
		noise[i] = byte(i * i >> 3)
	}
	near, far := net.Pipe()
	go func() {
		w, err := newAnswerWriter(far)
		for n := 1; err == nil && n <= len(text); n *= 7 {
			if _, err = w.Write(text[:n]); err == nil {
				err = w.writeWithRaw(wire.Fault{Text: "noise"}, noise)
			}
		}
		if err != nil {
			t.Error(err)
		}
		_ = far.Close()
	}()
	r, err := newAnswerReader(near)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	for n := 1; n <= len(text); n *= 7 {
		got := make([]byte, n)
		if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, text[:n]) {
			t.Fatalf("%d bytes of text did not arrive: %v", n, err)
		}
		if m, err := wire.ReadMessage(r); m != (wire.Fault{Text: "noise"}) || err != nil {
			t.Fatalf("behind %d bytes of text came %v, %v", n, m, err)
		}
		if got, err := r.raw(uint32(len(noise))); err != nil || !bytes.Equal(got, noise) {
			t.Fatalf("what came raw behind %d bytes of text is not what was sent: %v", n, err)
		}
	}
}
