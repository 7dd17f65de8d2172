package study

import (
	"image"
	"time"
)

// InputKind is a kind of input.
type InputKind string

// The kinds of input. All but moves are timed: something on the screen answers them. Moves
// are only a sample of where the pointer was, at most [MovesPerSecond] of them: they are too
// many, each overtakes the one before it, and the pointer itself is drawn by the browser.
const (
	Key   InputKind = "key"   // a key went down; one that repeats because it is held is no input
	Click InputKind = "click" // a button of the pointer went down
	Wheel InputKind = "wheel" // the wheel turned by at least one step
	Drag  InputKind = "drag"  // a button went up after the pointer had moved by [DragFrom] or more with it
	Move  InputKind = "move"  // the pointer moved
)

// What tells kinds apart, and bounds them. static/visit/probe.js keeps to the same numbers.
const (
	MovesPerSecond = 10
	DragFrom       = 5 // pixels of the desktop, in either direction
)

// Valid reports whether k is one of the kinds.
func (k InputKind) Valid() bool { return k.Timed() || k == Move }

// Timed reports whether inputs of kind k have a response time.
func (k InputKind) Timed() bool { return k == Key || k == Click || k == Wheel || k == Drag }

// QuietFor is how long no update of the screen may come for the screen to count as quiet.
// static/visit/meter.js keeps to the same number.
const QuietFor = 500 * time.Millisecond

// Interaction is one input and what the screen did because of it. Which key it was is not
// recorded: what a participant types is nobody's business.
//
// Response time is Drawn: from the browser's own event time to the first animation frame
// after the viewer has drawn the first screen update that can answer the input, which is the
// first one that the machine began to send after the input had reached it. docs/timing.md
// says what that leaves out.
type Interaction struct {
	Page    int   // the page that measured it; see Session.Seat
	Batch   int64 // in which the page sent it; see Batch
	Number  int64 // counts what a page records, events too, from 1 and without gaps
	Kind    InputKind
	At      time.Time       // when the input happened, on the server's clock
	Sent    time.Duration   // from At until the viewer had sent it
	Arrived time.Duration   // from At until the answering update had reached the viewer whole; 0 if none did
	Drawn   time.Duration   // from At until the frame in which it was drawn; 0 if none was
	Quiet   time.Duration   // from At until the frame of the last update before the screen was quiet for QuietFor; 0 if it never was
	Held    time.Duration   // how long the key or button was down; 0 if that is not known
	Cut     bool            // the page ended, or lost the server's word, before it could know whether i was answered
	Machine time.Duration   // at the machine: from the input's arrival to the update's first byte; 0 if unknown
	Bytes   int64           // of the answering update
	Area    int64           // of the answering update, in pixels
	Rect    image.Rectangle // the smallest around what the answering update changed, in pixels of the desktop
	Pointer image.Point     // where the pointer was, in pixels of the desktop; zero for keys

	PointerType PointerType   // what pointed; empty for keys, and before that was kept
	Delivery    Delivery      // whether the input went into the guest
	Delayed     time.Duration // how long it waited at the machine for the guest to have room; in Drawn
}

// Delivery says whether an input went into the guest. What a program there did with it, nobody sees.
type Delivery string

// Deliveries. The zero value means that it is not known: the page or the attempt ended before, or no answer of the
// server came; nor is it asked of moves.
const (
	Delivered Delivery = "delivered"
	Lost      Delivery = "lost" // it did not go in, and will not: there is no such key, or the desktop closed before
)

// Valid reports whether d is one of these, or empty.
func (d Delivery) Valid() bool { return d == "" || d == Delivered || d == Lost }

// PointerType is what a participant points with, as browsers tell it (W3C Pointer Events, section 4.1).
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

// Silent reports whether nothing answered i, as far as that is known: a page that ended did not wait.
func (i Interaction) Silent() bool { return i.Kind.Timed() && !i.Answered() && !i.Cut }

// CrispLimit is the response time below which people call a system crisp (Tolia, Andersen and
// Satyanarayanan, Quantifying Interactive User Experience on Thin Clients, IEEE Computer 39 (3), 2006).
const CrispLimit = 150 * time.Millisecond

// Crisp reports whether i is a key or a click that was answered within CrispLimit. A wheel or a
// drag has often nothing to move.
func (i Interaction) Crisp() bool {
	return (i.Kind == Key || i.Kind == Click) && i.Answered() && i.Drawn < CrispLimit
}

// Answer is what a participant answered to one item of an instrument.
type Answer struct {
	Item  string
	Value string
}

// Rating is an instrument filled in once.
type Rating struct {
	Instrument string
	At         time.Time
	Answers    []Answer
}
