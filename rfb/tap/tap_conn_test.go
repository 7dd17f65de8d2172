package tap_test

import (
	"image"
	"image/color"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/robot"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// TestTapSeesAnswersOfALiveMachine runs robot, tap and machine as they will be run, in
// virtual time: the machine takes exactly 40 ms to answer a key.
func TestTapSeesAnswersOfALiveMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const takes, strokes = 40 * time.Millisecond, 20
		s := rfbtest.NewServer(64, 48)
		painted := 0
		s.OnInput = func(wire.ClientMessage) {
			<-time.After(takes)
			painted++
			s.Paint(image.Rect(painted, 0, painted+5, 5), color.Gray{uint8(painted)})
		}
		near, far := net.Pipe()
		served := make(chan error, 1)
		go func() { served <- s.Serve(far) }()
		var answers tap.Answers
		var got []tap.Answer
		tap := tap.New(near, time.Now, func(e tap.Event) { got = append(got, answers.Add(e)...) })
		c, err := robot.Connect(t.Context(), tap)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.WaitChange(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		for range strokes {
			before := c.Changes()
			if err := c.Key(t.Context(), 'a', true); err != nil {
				t.Fatal(err)
			}
			if _, err := c.WaitChange(t.Context(), before); err != nil {
				t.Fatal(err)
			}
		}
		quiet := time.Now()
		if err := c.WaitQuiet(t.Context(), time.Second); err != nil || time.Since(quiet) != time.Second {
			t.Errorf("WaitQuiet took %v and said %v, want 1s and nil", time.Since(quiet), err)
		}
		_ = c.Close()
		<-served
		if len(got) != strokes || answers.Waiting() != 0 {
			t.Fatalf("%d answers, %d waiting; want %d and 0", len(got), answers.Waiting(), strokes)
		}
		for i, a := range got {
			if a.Input.N != i+1 || a.Update.N != i+2 || a.Update.Begun.Sub(a.Input.At) != takes {
				t.Errorf("answer %d: input %d by update %d after %v, want %v", i, a.Input.N, a.Update.N, a.Update.Begun.Sub(a.Input.At), takes)
			}
		}
	})
}
