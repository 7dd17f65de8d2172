package tap_test

import (
	"errors"
	"testing"

	"vmstudy/rfb/wire"
)

func TestTapTellsAHostileMachine(t *testing.T) {
	for name, message := range hostile() {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			p.greet()
			p.send(wire.SetEncodings{wire.DesktopSize, wire.ExtendedDesktopSize})
			p.down(message)
			var breach *wire.Breach
			if lost := p.lost(); len(lost) != 1 || !lost[0].Machine || !errors.As(lost[0].Reason, &breach) {
				t.Errorf("losses %v, want one by the machine's Breach", lost)
			}
		})
	}
}

func TestTapBearsWhatMachinesInGoodFaithDo(t *testing.T) {
	p := newPlay(t)
	p.greet()
	p.send(wire.SetEncodings{wire.DesktopSize})
	for range 3 { // in each ResizeSpan as many sizes as may be
		for i := range wire.MaxResizes {
			p.down(update(rect(0, 0, uint16(300+i), 200, wire.DesktopSize)))
		}
		p.now = p.now.Add(wire.ResizeSpan)
	}
	p.down(update(rect(0, 0, wire.MaxSide, wire.MaxScreen/wire.MaxSide, wire.DesktopSize)))
	p.down(update(rect(0, 0, 512, 512, wire.Cursor, zeros(512*512*4+512*64))))
	if lost := p.lost(); len(lost) > 0 {
		t.Errorf("lost: %v", lost[0].Reason)
	}
}
