package study

import "time"

// InputKind is a kind of input.
type InputKind string

// The inputs that are answered by a change on the screen. Moves of the pointer are not
// among them: they are too many, and what answers them is drawn by the browser itself.
const (
	Key   InputKind = "key"   // a key went down
	Click InputKind = "click" // a button of the pointer went down
	Wheel InputKind = "wheel"
)

// Valid reports whether k is one of the kinds.
func (k InputKind) Valid() bool { return k == Key || k == Click || k == Wheel }

// Interaction is one input and what the screen did because of it. Which key it was is not
// recorded: what a participant types is nobody's business.
//
// Response time is Drawn: from the browser's own event time to the first animation frame
// after the viewer has drawn the first screen update that can answer the input, which is the
// first one that the machine began to send after the input had reached it.
type Interaction struct {
	Number  int64 // increasing within the attempt, with gaps; given by the browser
	Kind    InputKind
	At      time.Time     // when the input happened, on the server's clock
	Sent    time.Duration // from At until the viewer had sent it
	Arrived time.Duration // from At until the answering update had reached the viewer whole; 0 if none did
	Drawn   time.Duration // from At until the frame in which it was drawn; 0 if none was
	Machine time.Duration // at the machine: from the input's arrival to the update's first byte; 0 if unknown
	Bytes   int64         // of the answering update
	Area    int64         // of the answering update, in pixels
}

// Answered reports whether a screen update that can answer i was drawn.
func (i Interaction) Answered() bool { return i.Drawn > 0 }

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
