package visit

import (
	"encoding/json"
	"errors"
	"math"
	"time"

	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/catalogue"
)

// The messages on the events' line are JSON objects; their field "type" says which one it is. Times
// and durations are numbers of microseconds, unless a name says otherwise.

// helloMessage is the first message.
type helloMessage struct {
	Type    string          `json:"type"` // "hello"
	Attempt study.AttemptID `json:"attempt"`
	Asked   int64           `json:"asked"` // when the participant pressed Start, on the server's clock
}

// statusMessage tells the state of the attempt.
type statusMessage struct {
	Type      string             `json:"type"` // "status"
	State     study.AttemptState `json:"state"`
	Stage     string             `json:"stage"`
	Done      int64              `json:"done"`
	Total     int64              `json:"total"`
	Left      int64              `json:"left_ms"`
	Ready     bool               `json:"ready"`
	Slow      bool               `json:"slow"`
	Remaining *int64             `json:"remaining_ms"` // of the task's time; null before the task begins
}

// endedMessage says that the attempt has ended. The page then leaves the desktop.
type endedMessage struct {
	Type    string        `json:"type"` // "ended"
	Outcome study.Outcome `json:"outcome"`
	Cause   string        `json:"cause"`
}

// clockMessage answers a question for the server's time; see clock.
type clockMessage struct {
	Type string  `json:"type"` // "clock"
	T0   float64 `json:"t0"`   // as the browser sent it
	T1   int64   `json:"t1"`   // when the server read the question
	T2   int64   `json:"t2"`   // when the server writes the answer
}

// ackMessage says that a batch is on disk ("ack"), or that it can never be stored and must not be
// sent again ("refused").
type ackMessage struct {
	Type  string `json:"type"`
	Page  int    `json:"page"`
	Batch int64  `json:"batch"`
}

// browserMessage is a message of a page: a question for the time ("clock"), the report that the
// desktop is visible ("picture"), or a batch ("batch"), which may be of an earlier page.
type browserMessage struct {
	Type   string `json:"type"`
	T0     number `json:"t0"`
	Unseen bool   `json:"unseen,omitempty"` // only for "picture": the page was hidden when the desktop was ready
	batchMessage
}

// number is a finite number. JavaScript writes NaN and infinity as null, which encoding/json would
// read as zero.
type number float64

var errNotANumber = errors.New("not a finite number")

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(b []byte) error {
	var f *float64
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	if f == nil || math.IsInf(*f, 0) || math.IsNaN(*f) {
		return errNotANumber
	}
	*n = number(*f)
	return nil
}

func standing(say catalogue.Tongue, st session.Status, now time.Time) statusMessage {
	m := statusMessage{
		Type: "status", State: st.State, Stage: say.Say(st.Stage), Done: st.Done, Total: st.Total,
		Left: st.Left.Milliseconds(), Ready: st.Ready, Slow: st.Slow,
	}
	if !st.Deadline.IsZero() {
		left := max(0, st.Deadline.Sub(now).Milliseconds())
		m.Remaining = &left
	}
	return m
}
