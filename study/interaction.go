package study

import (
	"image"
	"time"

	"vmstudy/study/instrument"
)

// InputKind is a kind of input.
type InputKind string

// The kinds of input. All but moves are timed: the screen answers them. Of moves only a sample is
// recorded, at most [MovesPerSecond]: there are too many of them, a later move replaces an earlier
// one, and the browser itself draws the pointer.
const (
	Key   InputKind = "key"   // a key went down; the repeats of a key that stays down do not count
	Click InputKind = "click" // a button of the pointer went down
	Wheel InputKind = "wheel" // the wheel turned by at least one step
	Drag  InputKind = "drag"  // a button went up after the pointer had moved by [DragFrom] or more since it went down
	Move  InputKind = "move"  // the pointer moved
)

// Limits of the kinds of input. static/visit/probe.js must use the same numbers.
const (
	MovesPerSecond = 10
	DragFrom       = 5 // pixels of the desktop, in either direction
)

// Valid reports whether k is one of the kinds.
func (k InputKind) Valid() bool { return k.Timed() || k == Move }

// Timed reports whether inputs of kind k have a response time.
func (k InputKind) Timed() bool { return k == Key || k == Click || k == Wheel || k == Drag }

// QuietFor is how long the screen must receive no update to count as quiet.
// static/visit/meter.js must use the same number.
const QuietFor = 500 * time.Millisecond

// Interaction is one input and what the screen did because of it. It does not say which key was
// pressed: what a participant types is private.
//
// Drawn is the response time. It runs from the time that the browser gives the input to the first
// animation frame after the viewer has drawn the answering update: the first screen update that the
// machine began to send after the input had reached it. docs/timing.md says what that leaves out.
type Interaction struct {
	Page    int   // the page that measured it; see Session.Seat
	Batch   int64 // the number of the batch in which the page sent it
	Number  int64 // counts the interactions and events of a page, from 1 and without gaps
	Kind    InputKind
	At      time.Time       // when the input happened, on the server's clock
	Sent    time.Duration   // from At until the viewer had sent it
	Arrived time.Duration   // from At until the viewer had the whole answering update; 0 if there was none
	Drawn   time.Duration   // from At until the frame that shows the answering update; 0 if none was drawn
	Quiet   time.Duration   // from At until the frame of the last update before the screen was quiet for QuietFor; 0 if it never was
	Held    time.Duration   // how long the key or button was down; 0 if unknown
	Cut     bool            // the page ended, or lost its connection to the server, before it knew whether the input was answered
	Machine time.Duration   // at the machine: from the input's arrival to the first byte of the answering update; 0 if unknown
	Bytes   int64           // of the answering update
	Area    int64           // of the answering update, in pixels
	Rect    image.Rectangle // the bounding box of what the answering update changed, in pixels of the desktop
	Pointer image.Point     // where the pointer was, in pixels of the desktop; zero for keys

	PointerType PointerType   // the pointing device; empty for keys, and in data older than this field
	Delivery    Delivery      // whether the input went into the guest
	Delayed     time.Duration // how long it waited at the machine until the guest had room; Drawn includes it
}

// Delivery says whether an input went into the guest. What a program in the guest did with it is not known.
type Delivery string

// The deliveries. The zero value means unknown: the page or the attempt ended before the server had
// answered, or the input is a move, for which the page does not ask.
const (
	Delivered Delivery = "delivered"
	Lost      Delivery = "lost" // it will never go in: the guest has no such key, or the desktop closed first
)

// Valid reports whether d is one of these, or empty.
func (d Delivery) Valid() bool { return d == "" || d == Delivered || d == Lost }

// PointerType is the pointing device, as browsers report it (W3C Pointer Events, section 4.1).
type PointerType string

// The types.
const (
	Mouse PointerType = "mouse" // or a touchpad
	Touch PointerType = "touch" // a finger on the screen
	Pen   PointerType = "pen"
)

// Valid reports whether t is one of these, or empty.
func (t PointerType) Valid() bool { return t == "" || t == Mouse || t == Touch || t == Pen }

// Answered reports whether a screen update that can answer i was drawn.
func (i Interaction) Answered() bool { return i.Drawn > 0 }

// Silent reports whether the page waited and no update answered i. It is false for a page that ended
// before it could know.
func (i Interaction) Silent() bool { return i.Kind.Timed() && !i.Answered() && !i.Cut }

// CrispLimit is the response time below which people call a system crisp (Tolia, Andersen and
// Satyanarayanan, Quantifying Interactive User Experience on Thin Clients, IEEE Computer 39 (3), 2006).
const CrispLimit = 150 * time.Millisecond

// Crisp reports whether i is a key or a click that was answered within CrispLimit. Wheels and drags
// do not count, since often nothing on the screen answers them.
func (i Interaction) Crisp() bool {
	return (i.Kind == Key || i.Kind == Click) && i.Answered() && i.Drawn < CrispLimit
}

// Answer is what a participant answered to one item of an instrument.
type Answer = instrument.Answer

// Rating is an instrument filled in once.
type Rating struct {
	Instrument string
	At         time.Time
	Answers    []Answer
}
