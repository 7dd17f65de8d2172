package screen

import (
	"slices"
	"sync/atomic"

	"vmstudy/rfb/tap"
)

// How many answers may wait until the page is told, and how many inputs an answer may name.
const (
	maxAnswersWaiting  = 1024
	maxInputsPerAnswer = 256
)

// answerQueue passes answers from the line of the screen to the events' line of the same page. It
// never delays the screen: if the queue is full, it drops the answer and the page is told of the
// gap. Otherwise the page would think that the screen had not answered.
type answerQueue struct {
	waiting chan AnswerMessage
	dropped *atomic.Int64 // the screen connection whose answers were dropped; 0 for none
}

func newAnswerQueue() answerQueue {
	return answerQueue{make(chan AnswerMessage, maxAnswersWaiting), new(atomic.Int64)}
}

func (q answerQueue) add(m AnswerMessage) {
	select {
	case q.waiting <- m:
	default:
		q.dropped.Store(m.Conn)
	}
}

// observer returns a function that receives the tap events of one screen connection. It finds the
// answers to inputs among them and queues them. conn is the number that the page gave to this
// connection; inputs and updates are counted from 1 in each connection. lost is called if the tap
// can no longer follow the protocol.
func (q answerQueue) observer(conn int64, lost func(error)) func(tap.Event) {
	var answers tap.Answers
	awaited := map[int]int{} // inputs whose delivery the page must be told: message to input number
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
			q.add(AnswerMessage{Type: "lost", Conn: conn})
			lost(e.Reason)
			return
		}
		done := slices.DeleteFunc(answers.Add(e), func(a tap.Answer) bool { return !told(a.Input) })
		for some := range slices.Chunk(done, maxInputsPerAnswer) {
			q.add(answered(conn, some))
		}
	}
}

// told reports whether the page times inputs of this kind: presses, and the release of a button,
// which ends a drag.
func told(in tap.Input) bool { return in.Down || in.Kind == tap.Button }

// delivered makes the message that says what became of input n.
func delivered(conn int64, n int, d tap.Delivery) AnswerMessage {
	return AnswerMessage{
		Type: "delivery", Conn: conn, Lost: d.Lost || d.Passed,
		Inputs: []inputMessage{{N: n, Delayed: d.Delayed.Microseconds()}},
	}
}

// answered makes the message for inputs that the same update answers.
func answered(conn int64, all []tap.Answer) AnswerMessage {
	u := all[0].Update
	m := AnswerMessage{
		Type: "answer", Conn: conn, Update: u.N, Bytes: u.Bytes,
		Area: int64(u.Area.Dx()) * int64(u.Area.Dy()), Rect: rectOf(u.Area),
	}
	for _, a := range all {
		m.Inputs = append(m.Inputs, inputMessage{N: a.Input.N, Machine: u.Begun.Sub(a.Input.At).Microseconds()})
	}
	return m
}
