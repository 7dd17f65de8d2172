package web

import (
	"encoding/json"
	"errors"
	"image"
	"math"
	"time"

	"vmstudy/session"
	"vmstudy/study"
)

// What passes on the events' line: JSON objects, told apart by "type". Durations and times
// are numbers of microseconds where a name does not say otherwise.

// helloMessage comes first.
type helloMessage struct {
	Type    string          `json:"type"` // "hello"
	Attempt study.AttemptID `json:"attempt"`
	Asked   int64           `json:"asked"` // when the participant pressed Start, on the server's clock
}

// statusMessage says how the attempt stands.
type statusMessage struct {
	Type      string             `json:"type"` // "status"
	State     study.AttemptState `json:"state"`
	Stage     string             `json:"stage"`
	Done      int64              `json:"done"`
	Total     int64              `json:"total"`
	Left      int64              `json:"left_ms"`
	Ready     bool               `json:"ready"`
	Slow      bool               `json:"slow"`
	Remaining *int64             `json:"remaining_ms"` // of the task's time; null before it has begun
}

// endedMessage says that the attempt is over, and the page with it.
type endedMessage struct {
	Type    string        `json:"type"` // "ended"
	Outcome study.Outcome `json:"outcome"`
	Cause   string        `json:"cause"`
}

// noteMessage is what an experimenter wants the participant to read.
type noteMessage struct {
	Type string `json:"type"` // "note"
	Text string `json:"text"`
}

// clockMessage is the answer to a question for the time; see clock.
type clockMessage struct {
	Type string  `json:"type"` // "clock"
	T0   float64 `json:"t0"`   // what the browser sent
	T1   int64   `json:"t1"`   // when that was read
	T2   int64   `json:"t2"`   // when this is written
}

// ackMessage says that a batch is on disk ("ack"), or that it makes no sense and need not be
// sent again ("refused").
type ackMessage struct {
	Type  string `json:"type"`
	Page  int    `json:"page"`
	Batch int64  `json:"batch"`
}

// answerMessage names an update of the screen and the inputs for which it is the first that
// can show what they did. With type "gap" some such message was lost on connection conn, and
// with type "lost" none will follow for it. With type "delivery" the inputs went into the guest, or are lost.
type answerMessage struct {
	Type   string         `json:"type"`
	Conn   int64          `json:"conn"`
	Update int            `json:"update,omitempty"` // the number of the update message, from 1
	Bytes  int64          `json:"bytes,omitempty"`
	Area   int64          `json:"area,omitempty"` // of Rect
	Rect   rectMessage    `json:"rect,omitzero"`  // the smallest around what it draws
	Inputs []inputMessage `json:"inputs,omitempty"`
	Lost   bool           `json:"lost,omitempty"` // of a delivery: they did not go into the guest, and will not
}

// inputMessage is one input in an answer.
type inputMessage struct {
	N       int   `json:"n"`                 // as tap.Input counts
	Machine int64 `json:"machine,omitempty"` // from the input's arrival at the machine to the update's first byte
	Delayed int64 `json:"delayed,omitempty"` // of a delivery: how long it had waited
}

// rectMessage is left, top, width and height, in pixels of the desktop.
type rectMessage [4]int

func rectOf(r image.Rectangle) rectMessage { return rectMessage{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} }

func (r rectMessage) rectangle() image.Rectangle {
	return image.Rectangle{Min: image.Pt(r[0], r[1]), Max: image.Pt(r[0]+r[2], r[1]+r[3])}
}

// browserMessage is what a page sends: a question for the time ("clock"), that the desktop is
// to be seen ("picture"), or a batch ("batch"), which may be of an earlier page.
type browserMessage struct {
	Type   string `json:"type"`
	T0     number `json:"t0"`
	Unseen bool   `json:"unseen,omitempty"` // of a picture: the page was out of sight when there was one to show
	batchMessage
}

// number is a finite number. JavaScript writes null for what is none, which encoding/json
// would take for zero.
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

func standing(st session.Status, now time.Time) statusMessage {
	m := statusMessage{
		Type: "status", State: st.State, Stage: st.Stage, Done: st.Done, Total: st.Total,
		Left: st.Left.Milliseconds(), Ready: st.Ready, Slow: st.Slow,
	}
	if !st.Deadline.IsZero() {
		left := max(0, st.Deadline.Sub(now).Milliseconds())
		m.Remaining = &left
	}
	return m
}
