package tap

import (
	"slices"
	"time"
)

// Answer is an input and the first update that can show what it did.
type Answer struct {
	Input  Input
	Update Update
}

// Answers joins inputs with their answers. The answer to an input is the first update that
// began after the input and draws something. One update may answer several inputs. Where deliveries are told,
// the update must have begun after the input went into the guest, and an input that never went in has no answer.
//
// It is only known that the update *can* be the answer: a blinking cursor answers, too.
// Releases of keys and buttons are inputs of their own and are answered as such. Moves are
// not answered: they come by the hundred, and are counted apart. Updates without pixels
// (the shape of the pointer, the lamps of the keyboard) answer nothing, because they draw nothing.
// Nor does a refresh answer anything. QEMU sends one without pixels, with the screen's size, before it obeys any request for the whole screen.
//
// The zero Answers is ready to use. It is not safe for concurrent use; tap events from one
// [Tap] come one at a time.
type Answers struct {
	waiting []waitingInput // in the order in which they came
	done    []Answer       // of the last update
}

// waitingInput is an input without an answer.
type waitingInput struct {
	Input
	in time.Time // when it went into the guest; zero if it has not
}

// maxWaiting bounds the inputs that wait for an answer on a screen that never changes: an
// hour of a held key. Beyond it the oldest are forgotten.
const maxWaiting = 1 << 17

// Add takes the next event and returns the answers that it completes. The slice is valid until the next Add.
func (a *Answers) Add(e Event) []Answer {
	switch e := e.(type) {
	case *Input:
		a.wait(*e)
	case *Delivery:
		a.deliver(*e)
	case *Update:
		return a.answer(*e)
	}
	return nil
}

func (a *Answers) wait(in Input) {
	if in.Kind == Move {
		return
	}
	if len(a.waiting) == maxWaiting {
		a.waiting = a.waiting[1:]
	}
	w := waitingInput{Input: in}
	if !in.Awaited {
		w.in = in.At
	}
	a.waiting = append(a.waiting, w)
}

// deliver notes when an input went into the guest, or forgets one that did not. Mostly it is one of the latest.
func (a *Answers) deliver(d Delivery) {
	for i := len(a.waiting) - 1; i >= 0 && a.waiting[i].Message >= d.Message; i-- {
		switch {
		case a.waiting[i].Message > d.Message:
		case d.Lost || d.Passed:
			a.waiting = slices.Delete(a.waiting, i, i+1)
		default:
			a.waiting[i].in = d.At
		}
	}
}

func (a *Answers) answer(u Update) []Answer {
	if u.Rects == 0 || u.Refresh {
		return nil
	}
	a.done = a.done[:0]
	left := a.waiting[:0] // in the same memory
	for _, w := range a.waiting {
		if w.in.IsZero() || !u.Begun.After(w.in) {
			left = append(left, w)
			continue
		}
		a.done = append(a.done, Answer{w.Input, u})
	}
	a.waiting = left
	return a.done
}
