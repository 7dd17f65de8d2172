package rfb_test

import (
	"bytes"
	"errors"
	"image"
	"net"
	"runtime"
	"testing"
	"time"

	"vmstudy/rfb"
)

// hostile is what a guest in bad faith sends after the handshake, each for a limit of its own.
func hostile() map[string][]byte {
	storm := func(e rfb.Encoding, after ...byte) (b []byte) {
		for i := range rfb.MaxResizes + 1 {
			b = append(b, update(rect(0, 0, uint16(300+i), 200, e, after))...)
		}
		return b
	}
	inOne := rfb.AppendUpdate(nil, 0xffff)
	for i := range rfb.MaxResizes + 1 {
		inOne = append(inOne, rect(0, 0, uint16(300+i), 200, rfb.DesktopSize)...)
	}
	return map[string][]byte{
		"an absurd size":                   update(rect(0, 0, 65535, 65535, rfb.DesktopSize)),
		"an absurd size, extended":         update(rect(0, 0, 30000, 100, rfb.ExtendedDesktopSize, raw(0, 0, 0, 0))),
		"an absurd pointer":                update(rect(0, 0, 65535, 65535, rfb.Cursor)),
		"an absurd pointer with alpha":     update(rect(0, 0, 65535, 65535, rfb.AlphaCursor, be32(0))),
		"an absurd pointer of two colours": update(rect(0, 0, 65535, 65535, rfb.XCursor)),
		"a name that lies":                 update(rect(0, 0, 0, 0, rfb.DesktopName, be32(0xffffffff))),
		"compressed data that lies":        update(rect(0, 0, 10, 10, rfb.ZRLE, be32(0xffffffff))),
		"subrectangles that lie":           update(rect(0, 0, 10, 10, rfb.RRE, be32(0xffffffff))),
		"cut text that lies":               raw(3, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff),
		"extended cut text that lies":      raw(3, 0, 0, 0, 0x80, 0, 0, 0),
		"colours beyond their map":         raw(1, 0, 0xff, 0xff, 0, 2),
		"endless rectangles":               append(rfb.AppendUpdate(nil, 0xffff), bytes.Repeat(rect(0, 0, 320, 200, rfb.CopyRect, zeros(4)), rfb.MaxRepeats+1)...),
		"endless pointers":                 append(rfb.AppendUpdate(nil, 0xffff), bytes.Repeat(rect(0, 0, 1000, 1000, rfb.AlphaCursor, be32(0), zeros(4e6)), 2)...),
		"a storm of sizes":                 storm(rfb.DesktopSize),
		"a storm of extended sizes":        storm(rfb.ExtendedDesktopSize, 0, 0, 0, 0),
		"a storm of sizes in one update":   inOne,
	}
}

func TestTapTellsAHostileMachine(t *testing.T) {
	for name, message := range hostile() {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			p.greet()
			p.send(rfb.SetEncodings{rfb.DesktopSize, rfb.ExtendedDesktopSize})
			p.down(message)
			var breach *rfb.Breach
			if lost := p.lost(); len(lost) != 1 || !lost[0].Machine || !errors.As(lost[0].Reason, &breach) {
				t.Errorf("losses %v, want one by the machine's Breach", lost)
			}
		})
	}
}

func TestTapBearsWhatMachinesInGoodFaithDo(t *testing.T) {
	p := newPlay(t)
	p.greet()
	p.send(rfb.SetEncodings{rfb.DesktopSize})
	for range 3 { // in each ResizeSpan as many sizes as may be
		for i := range rfb.MaxResizes {
			p.down(update(rect(0, 0, uint16(300+i), 200, rfb.DesktopSize)))
		}
		p.now = p.now.Add(rfb.ResizeSpan)
	}
	p.down(update(rect(0, 0, rfb.MaxSide, rfb.MaxScreen/rfb.MaxSide, rfb.DesktopSize)))
	p.down(update(rect(0, 0, 512, 512, rfb.Cursor, zeros(512*512*4+512*64))))
	if lost := p.lost(); len(lost) > 0 {
		t.Errorf("lost: %v", lost[0].Reason)
	}
}

// TestClientLeavesAHostileMachine connects a robot to each, which must give up, and hold no
// more memory than its screen needs while it does.
func TestClientLeavesAHostileMachine(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for name, message := range hostile() {
		near, far := net.Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			_ = follow(far, append(handshake(), turn{message, 1 << 30}))
		}()
		c, err := rfb.Connect(t.Context(), near)
		must(t, err)
		var breach *rfb.Breach
		for seen := 0; err == nil; seen++ {
			_, err = c.WaitChange(t.Context(), seen)
		}
		if !errors.As(err, &breach) {
			t.Errorf("%s: the robot ended with %v, want a Breach", name, err)
		}
		_ = c.Close()
		<-served
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 256<<20 {
		t.Errorf("%d MiB were allocated over %d hostile machines", grown>>20, len(hostile()))
	}
}

func TestConnectRefusesAnAbsurdSize(t *testing.T) {
	init := rfb.ServerInit{W: 65535, H: 65535, Format: rfb.RGBX}.Append(nil)
	turns := append(handshake()[:3:3], turn{init, 0})
	c, err := converse(t, turns)
	var breach *rfb.Breach
	if !errors.As(err, &breach) {
		t.Errorf("Connect = %v, %v; want a Breach", c, err)
	}
	lied := append(rfb.ServerInit{W: 8, H: 8, Format: rfb.RGBX}.Append(nil)[:20], 0x7f, 0xff, 0xff, 0xff)
	if c, err := converse(t, append(handshake()[:3:3], turn{lied, 0})); !errors.As(err, &breach) {
		t.Errorf("Connect to one whose name is 2 GiB long = %v, %v; want a Breach", c, err)
	}
}

// TestHostileMachinesCostNoTime gives a framebuffer the costliest rectangles that pass the
// limits: many pixels for few bytes.
func TestHostileMachinesCostNoTime(t *testing.T) {
	fb := rfb.NewFramebuffer(image.Pt(1280, 800), rfb.RGBX)
	heap := append(be32(3200), zeros(4)...) // as many subrectangles of 1280x1 as may be
	heap = append(heap, bytes.Repeat(append(zeros(8), 5, 0, 0, 1), 3200)...)
	begun := time.Now()
	message := update(rect(0, 0, 1280, 800, rfb.RRE, heap))
	if _, err := fb.Update(readerOf(message[1:])); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("%d bytes took %v to draw", len(message), took)
	}
}
