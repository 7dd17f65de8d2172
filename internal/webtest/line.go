package webtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/study"
)

// said is any message of the server.
type said struct {
	Type, State, Stage, Outcome string
	Text, Cause                 string
	Attempt                     study.AttemptID
	Asked, T1, T2, Batch        int64
	Page                        int
	Rect                        [4]int
	T0                          float64
	Done, Total                 int64
	Left                        int64  `json:"left_ms"`
	Remaining                   *int64 `json:"remaining_ms"`
	Ready                       bool
	Conn                        int64
	Update                      int
	Bytes, Area                 int64
	Inputs                      []struct{ N, Machine, Delayed int64 }
}

// Hear returns the next message that has one of the types.
func Hear(t *testing.T, ws *websocket.Conn, types ...string) said {
	t.Helper()
	for {
		var m said
		if err := ws.ReadJSON(&m); err != nil {
			t.Fatalf("waiting for %v: %v", types, err)
		}
		for _, want := range types {
			if m.Type == want {
				return m
			}
		}
	}
}

// Events opens the line of a new page of the desk's participant.
func (d *Desk) Events() *websocket.Conn {
	d.T.Helper()
	return d.Dial(fmt.Sprintf(d.Visit()+"/events?seat=%d", d.TakeSeat()))
}

// Say sends a message.
func Say(t *testing.T, ws *websocket.Conn, text string, args ...any) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, text, args...)); err != nil {
		t.Fatal(err)
	}
}

// Batch makes a batch with rows of the desk's attempt, of inputs that happen now.
func (d *Desk) Batch(n int, numbers ...int64) string {
	type fields map[string]any
	var rows []fields
	given := int64(0)
	for _, number := range numbers {
		rows = append(rows, fields{
			"number": number, "kind": study.Key, "at": 3_000_000.25,
			"sent": 800.5, "arrived": 52_000, "drawn": 61_250.25, "quiet": 70_000, "held": 90_000, "machine": 30_000, "bytes": 1200, "area": 640,
			"rect": [4]int{10, 20, 64, 10}, "pointer": [2]int{5, 6}, "pointer_type": "touch", "delivery": "delivered", "delayed": 40_000,
		})
		given = max(given, number)
	}
	b, err := json.Marshal(fields{
		"type": "batch", "t0": 0, "attempt": d.Attempt.ID, "page": 1, "batch": n, "zero": time.Now().Add(-3 * time.Second).UnixMicro(),
		"uncertainty": 150.5, "given": given, "rows": rows,
	})
	d.Must(err)
	return string(b)
}

// ClosedWith waits until the server closes ws, and returns the close code.
func ClosedWith(t *testing.T, ws *websocket.Conn) int {
	t.Helper()
	for {
		_, _, err := ws.ReadMessage()
		var closed *websocket.CloseError
		switch {
		case errors.As(err, &closed):
			return closed.Code
		case err != nil:
			t.Fatalf("ended without a close code: %v", err)
		}
	}
}
