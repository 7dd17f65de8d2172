package rfb

import "slices"

// Answer is an input and the first update that can show what it did.
type Answer struct {
	Input  Input
	Update Update
}

// Answers joins inputs with their answers. An input is answered by the first update that
// began after it and draws something; one update may answer several inputs.
//
// That the update *can* be the answer is all that is known: a blinking cursor answers, too.
// Releases of keys and buttons are inputs of their own and are answered as such; moves are
// not answered (they come by the hundred, and keep their own count). Updates without pixels
// (the shape of the pointer, the lamps of the keyboard) answer nothing, since nothing is
// drawn of them; QEMU sends one, with the screen's size, before it obeys any request for the
// whole screen.
//
// The zero Answers is ready to use. It is not safe for concurrent use; events from one
// [Tap] come one at a time.
type Answers struct {
	waiting []Input  // in the order in which they came, and so by At
	done    []Answer // of the last update
}

// maxWaiting bounds the inputs that wait for an answer on a screen that never changes: an
// hour of a held key. Beyond it the oldest are forgotten.
const maxWaiting = 1 << 17

// Add takes the next event and returns the answers that it completes, in a slice that is good
// until the next Add.
func (a *Answers) Add(e Event) []Answer {
	switch e := e.(type) {
	case *Input:
		a.wait(*e)
	case *Update:
		return a.answer(*e)
	}
	return nil
}

// Waiting returns how many inputs have no answer yet.
func (a *Answers) Waiting() int { return len(a.waiting) }

func (a *Answers) wait(in Input) {
	if in.Kind == Move {
		return
	}
	if len(a.waiting) == maxWaiting {
		a.waiting = a.waiting[1:]
	}
	a.waiting = append(a.waiting, in)
}

func (a *Answers) answer(u Update) []Answer {
	if u.Rects == 0 {
		return nil
	}
	a.done = a.done[:0]
	for _, in := range a.waiting {
		if !u.Begun.After(in.At) {
			break
		}
		a.done = append(a.done, Answer{in, u})
	}
	a.waiting = slices.Delete(a.waiting, 0, len(a.done)) // in place: the room is used again
	return a.done
}
