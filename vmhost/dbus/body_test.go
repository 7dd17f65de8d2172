package dbus

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// update returns a call as QEMU makes it, with header fields that this package does not send.
func update() []byte {
	body := new(Body).Uint32(3).Uint32(4).Array([]byte("pixels"))
	return Message{
		Kind: Call, Serial: 7, Path: "/org/qemu/Display1/Listener", Interface: "org.qemu.Display1.Listener",
		Member: "Update", Signature: "uuay", Files: 1, Body: body.Bytes(),
	}.Append(nil)
}

func TestMessagesAreReadFromAStreamThatSplitsAnywhere(t *testing.T) {
	stream := append(update(), Message{Kind: Return, Serial: 8, ReplyTo: 7, NoReply: true}.Append(nil)...)
	d := decoder{r: iotest.OneByteReader(bytes.NewReader(stream))}
	first, err := d.next()
	if err != nil {
		t.Fatal(err)
	}
	r := NewReader(first.Body)
	if x, y, p := r.Uint32(), r.Uint32(), r.Array(); x != 3 || y != 4 || string(p) != "pixels" || r.Err() != nil {
		t.Errorf("body %d, %d, %q, %v", x, y, p, r.Err())
	}
	first.Body = nil
	want := Message{
		Kind: Call, Serial: 7, Path: "/org/qemu/Display1/Listener", Interface: "org.qemu.Display1.Listener",
		Member: "Update", Signature: "uuay", Files: 1,
	}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("first (-want +got):\n%s", diff)
	}
	second, err := d.next()
	second.Body = nil
	if diff := cmp.Diff(Message{Kind: Return, Serial: 8, ReplyTo: 7, NoReply: true}, second); err != nil || diff != "" {
		t.Errorf("second: %v (-want +got):\n%s", err, diff)
	}
	if _, err := d.next(); err != io.EOF {
		t.Errorf("at the end: %v, want EOF", err)
	}
}

func TestPairsAreReadToTheirEnd(t *testing.T) {
	b := new(Body).String("org.qemu.Display1.Keyboard").Uint32(0) // the length, which is set below
	length := len(b.b) - 4
	b.align(8)
	start := len(b.b)
	b.String("Modifiers")
	b.b = append(b.b, 1, 'u', 0)
	b.Uint32(4)
	b.align(8)
	b.String("On")
	b.b = append(b.b, 1, 'b', 0)
	b.Uint32(1)
	b.b[length] = byte(len(b.b) - start)
	b.Uint32(0) // an empty array of strings

	r, got := NewReader(b.Bytes()), map[string]any{}
	_ = r.String()
	for end := r.Pairs(); r.Before(end); {
		r.Align(8)
		name := r.String()
		got[name] = r.Variant()
	}
	if diff := cmp.Diff(map[string]any{"Modifiers": uint32(4), "On": true}, got); r.Err() != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", r.Err(), diff)
	}
}

func FuzzMessage(f *testing.F) {
	f.Add(update())
	f.Add(Message{Kind: Failure, Serial: 1, ReplyTo: 2, ErrorName: "x.y", Signature: "s", Body: new(Body).String("no").Bytes()}.Append(nil))
	f.Fuzz(func(t *testing.T, stream []byte) {
		d := decoder{r: bytes.NewReader(stream)}
		for {
			m, err := d.next()
			if err != nil {
				break
			}
			r := NewReader(m.Body)
			_, _, _ = r.String(), r.Variant(), r.Array()
			for end := r.Pairs(); r.Before(end); {
				r.Align(8)
				_, _ = r.String(), r.Variant()
			}
		}
		if cap(d.body)+cap(d.header) > 4<<20+4*len(stream) {
			t.Errorf("%d bytes made us take %d", len(stream), cap(d.body)+cap(d.header))
		}
	})
}
