package web

import (
	"slices"
	"sync/atomic"

	"vmstudy/rfb/tap"
)

// How many answers may wait to be told to a page, and how many inputs one of them names.
const (
	maxAnswersWaiting  = 1024
	maxInputsPerAnswer = 256
)

// answerQueue takes answers from the screen's line to the events' line of the same page. It
// never blocks the screen: what does not fit is dropped, and the page told that there is a
// gap, so that it will not take silence for a screen that did not answer.
type answerQueue struct {
	waiting chan answerMessage
	dropped *atomic.Int64 // the connection of which answers were dropped; 0 for none
}

func newAnswerQueue() answerQueue {
	return answerQueue{make(chan answerMessage, maxAnswersWaiting), new(atomic.Int64)}
}

func (q answerQueue) add(m answerMessage) {
	select {
	case q.waiting <- m:
	default:
		q.dropped.Store(m.Conn)
	}
}

// observer returns what a tap tells its events to: it finds the answers among them and
// queues them. conn is the number that the page gave to this connection of the screen: the
// counts of inputs and updates begin anew with each. lost is called if the tap loses its place.
func (q answerQueue) observer(conn int64, lost func(error)) func(tap.Event) {
	var answers tap.Answers
	awaited := map[int]int{} // the numbers of those whose delivery is to be told, by their messages
	return func(e tap.Event) {
		switch e := e.(type) {
		case *tap.Input:
			if e.Awaited && told(*e) {
				awaited[e.Message] = e.N
			}
		case *tap.Delivery:
			if n, is := awaited[e.Message]; is {
				delete(awaited, e.Message)
				q.add(delivered(conn, n, *e))
			}
		}
		if e, over := e.(tap.Lost); over {
			q.add(answerMessage{Type: "lost", Conn: conn})
			lost(e.Reason)
			return
		}
		done := slices.DeleteFunc(answers.Add(e), func(a tap.Answer) bool { return !told(a.Input) })
		for some := range slices.Chunk(done, maxInputsPerAnswer) {
			q.add(answered(conn, some))
		}
	}
}

// told reports whether pages time inputs like in: what goes down, and the button that goes up
// at the end of a drag.
func told(in tap.Input) bool { return in.Down || in.Kind == tap.Button }

// delivered words what became of input n.
func delivered(conn int64, n int, d tap.Delivery) answerMessage {
	return answerMessage{
		Type: "delivery", Conn: conn, Lost: d.Lost || d.Passed,
		Inputs: []inputMessage{{N: n, Delayed: d.Delayed.Microseconds()}},
	}
}

// answered words answers that are all given by one update.
func answered(conn int64, all []tap.Answer) answerMessage {
	u := all[0].Update
	m := answerMessage{
		Type: "answer", Conn: conn, Update: u.N, Bytes: u.Bytes,
		Area: int64(u.Area.Dx()) * int64(u.Area.Dy()), Rect: rectOf(u.Area),
	}
	for _, a := range all {
		m.Inputs = append(m.Inputs, inputMessage{N: a.Input.N, Machine: u.Begun.Sub(a.Input.At).Microseconds()})
	}
	return m
}
