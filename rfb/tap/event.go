package tap

import (
	"image"
	"time"
)

// Event is what a [Tap] tells: an *[Input], a *[Delivery], an *[Update] or [Lost]. What it points to is valid
// until the observer returns, and is then used for the next event: most messages of a screen are so short that
// an allocation for each would cost more than reading it.
type Event interface{ event() }

// Kind is the kind of an input.
type Kind string

// The kinds of input. Key, Button and Wheel are discrete: one thing was done. Move is not.
const (
	Key    Kind = "key"
	Button Kind = "button"
	Wheel  Kind = "wheel"
	Move   Kind = "move"
)

// Input is one message by which the viewer did something to the machine.
//
// A message is one input or none, so that a browser can number them alike by wrapping
// noVNC's four functions RFB.messages.keyEvent, QEMUExtendedKeyEvent, pointerEvent and
// extendedPointerEvent, each call of which is one message:
//
//   - Every key message is a discrete input, going down and going up, repeats included.
//   - A pointer message is a discrete input if its buttons differ from those of the pointer
//     message before. It does not matter how many of them changed, or whether the pointer moved. Before the first
//     message no button is down. The buttons are mask & 0x7f for pointerEvent and
//     mask & 0x1ff for extendedPointerEvent. So a step of the wheel is two inputs, its
//     down and its up.
//   - Any other pointer message is a Move, and counted among the moves only.
type Input struct {
	Message int  // inputs of this connection of whatever kind, from 1
	Awaited bool // a [Delivery] will tell when it went in
	N       int  // discrete inputs of this connection, from 1; where Kind is Move: moves, from 1
	Kind    Kind // Wheel if a button that changed is one of the wheel's
	Down    bool // the key went down, or some button did; false for a Move
	// At is just before the message's last byte was given to the machine's socket. It is before and
	// not after, so that no answer can have begun earlier.
	At time.Time
}

// Delivery says what became of an input behind the Tap. Somebody there has to tell it: see [Tap.Deliver].
type Delivery struct {
	Message int           // the Input's
	At      time.Time     // when it went into the guest, or it became clear that it will not
	Delayed time.Duration // how long it waited for the guest to have room for it
	Lost    bool          // it did not go in, and will not: there is no such key, or the machine has ended
	Passed  bool          // it did not go in, because a later one was done in its place
}

// Update is one FramebufferUpdate message from the machine, reported when its last byte was
// read. RFC 6143, section 7.6.1.
type Update struct {
	N     int             // messages of this connection, from 1: also those that draw nothing
	Begun time.Time       // when the read that brought its first byte returned
	Ended time.Time       // when the read that brought its last byte returned
	Bytes int64           // length of the message with its headers
	Rects int             // rectangles of pixels; pseudo-encodings are not counted
	Area  image.Rectangle // smallest rectangle around those; empty where Rects is 0
	Films int             // of Rects: pictures of a film, encoded as H264
	// Refresh says that the update shows nothing new: it brings without loss what was sent with loss. So it answers nothing.
	Refresh bool
}

// Lost says that a [Tap] lost its place in the stream. It is the last event. From then on bytes pass
// unaltered, or nothing passes any more if the clipboard is closed.
type Lost struct {
	At      time.Time
	Reason  error // a [wire.Breach] if a limit was passed; else something that package wire does not know
	Machine bool  // in what the machine sent; if false, in what the viewer sent
}

func (*Input) event() {}

func (*Delivery) event() {}

func (*Update) event() {}

func (Lost) event() {}
