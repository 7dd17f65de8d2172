package screen

import (
	"errors"
	"fmt"
	"image"
	"testing"
	"time"

	"vmstudy/rfb/tap"
)

func TestAnswersAreToldToThePageOfTheScreen(t *testing.T) {
	q := newAnswerQueue()
	var lost error
	observe := q.observer(7, func(err error) { lost = err })
	at := time.Now()
	for n, in := range []tap.Input{
		{Kind: tap.Key, Down: true}, {Kind: tap.Key}, {Kind: tap.Button, Down: true}, {Kind: tap.Button}, {Kind: tap.Wheel, Down: true}, {Kind: tap.Wheel},
	} {
		in.N, in.At = n+1, at
		observe(&in)
	}
	observe(&tap.Update{N: 3, Begun: at.Add(20 * time.Millisecond), Bytes: 99, Rects: 1, Area: image.Rect(3, 2, 7, 7)})
	m := <-q.waiting
	if m.Type != "answer" || m.Conn != 7 || m.Update != 3 || m.Bytes != 99 || m.Area != 20 ||
		fmt.Sprint(m.Rect) != "[3 2 4 5]" || fmt.Sprint(m.Inputs) != "[{1 20000 0} {3 20000 0} {4 20000 0} {5 20000 0}]" {
		t.Errorf("answer = %+v, want update 3 to answer what went down, and the button that went up, 20 ms after", m)
	}
	observe(tap.Lost{Reason: errors.New("nonsense")})
	if m := <-q.waiting; m.Type != "lost" || m.Conn != 7 || lost == nil {
		t.Errorf("then %+v and %v, want connection 7 lost", m, lost)
	}
}

func TestWhatBecameOfAnInputIsToldToItsPage(t *testing.T) {
	q := newAnswerQueue()
	observe := q.observer(7, func(error) {})
	at := time.Now()
	for n, in := range []tap.Input{{Kind: tap.Key, Down: true}, {Kind: tap.Key}, {Kind: tap.Button, Down: true}} {
		in.N, in.Message, in.At, in.Awaited = n+1, n+1, at, true
		observe(&in)
	}
	drawn := tap.Update{N: 3, Begun: at.Add(20 * time.Millisecond), Rects: 1}
	observe(&drawn) // before any input
	observe(&tap.Delivery{Message: 1, At: at.Add(30 * time.Millisecond), Delayed: 30 * time.Millisecond})
	observe(&tap.Delivery{Message: 2, At: at.Add(30 * time.Millisecond)})
	observe(&tap.Delivery{Message: 3, Lost: true})
	drawn.N, drawn.Begun = 4, at.Add(40*time.Millisecond)
	observe(&drawn)
	for _, want := range []string{"delivery [{1 0 30000}] false", "delivery [{3 0 0}] true", "answer [{1 40000 0}] false"} {
		m := <-q.waiting
		if got := fmt.Sprint(m.Type, " ", m.Inputs, " ", m.Lost); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	}
}

func TestAFullQueueOfAnswersBlocksNothingAndIsSaid(t *testing.T) {
	q := newAnswerQueue()
	for range maxAnswersWaiting + 5 {
		q.add(AnswerMessage{Type: "answer", Conn: 3})
	}
	if n, gap := len(q.waiting), q.dropped.Load(); n != maxAnswersWaiting || gap != 3 {
		t.Errorf("%d wait and the gap is in connection %d, want %d and 3", n, gap, maxAnswersWaiting)
	}
}
