package record

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"vmstudy/fields"
	"vmstudy/rfb/wire"
)

// InputKind is a kind of recorded input.
type InputKind byte

// The kinds. A Pointer is anything that was done with the mouse. It says where the pointer is and which buttons are down.
const (
	KeyUp   InputKind = 'u'
	KeyDown InputKind = 'd'
	Pointer InputKind = 'p'
)

// Input is one thing that the participant did.
type Input struct {
	At      time.Duration // since the recording began, to the millisecond
	Kind    InputKind
	Keysym  uint32 // which key it was, if the study records that; else 0
	X, Y    uint16 // of the pointer, in the screen's pixels
	Buttons uint16 // the buttons that are down, as in wire.PointerEvent
}

func (Input) item() {}

// inputOf makes an Input of a message from a viewer, if the message is an input. keys says whether to keep which key it was.
func inputOf(m wire.ClientMessage, at time.Duration, keys bool) (Input, bool) {
	i := Input{At: at}
	key := func(down bool, keysym uint32) {
		i.Kind = KeyUp
		if down {
			i.Kind = KeyDown
		}
		if keys {
			i.Keysym = keysym
		}
	}
	switch m := m.(type) {
	case wire.KeyEvent:
		key(m.Down, m.Keysym)
	case wire.QEMUKeyEvent:
		key(m.Down, m.Keysym)
	case wire.PointerEvent:
		i.Kind, i.X, i.Y, i.Buttons = Pointer, m.X, m.Y, m.Buttons
	default:
		return Input{}, false
	}
	return i, true
}

// inputs is a list of inputs in the form of a note. Each has the milliseconds since the input before it, and the first has
// those since the recording began.
type inputs struct {
	encoded []byte
	last    time.Duration
}

func (l *inputs) add(i Input) {
	at := max(i.At.Truncate(time.Millisecond), l.last)
	l.encoded = binary.AppendUvarint(l.encoded, uint64((at - l.last).Milliseconds()))
	l.last = at
	l.encoded = append(l.encoded, byte(i.Kind))
	if i.Kind == Pointer {
		for _, n := range []uint16{i.X, i.Y, i.Buttons} {
			l.encoded = binary.AppendUvarint(l.encoded, uint64(n))
		}
		return
	}
	l.encoded = binary.AppendUvarint(l.encoded, uint64(i.Keysym))
}

// readInputs reads the inputs of a note.
func readInputs(content []byte) ([]Input, error) {
	var all []Input
	r := fields.NewReader(content)
	u16 := func() uint16 { return uint16(r.UpTo(math.MaxUint16)) }
	for last := time.Duration(0); r.Left() > 0; {
		i := Input{At: last + millis(r), Kind: InputKind(r.U8())}
		last = i.At
		switch i.Kind {
		case Pointer:
			i.X, i.Y, i.Buttons = u16(), u16(), u16()
		case KeyUp, KeyDown:
			i.Keysym = uint32(r.Uvarint())
		default:
			r.Fail()
		}
		if last > longest {
			r.Fail()
		}
		all = append(all, i)
	}
	if !r.Done() {
		return nil, fmt.Errorf("%w: a list of inputs is damaged", ErrBroken)
	}
	return all, nil
}
