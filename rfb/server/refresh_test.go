package server_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"math"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/server"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// photograph returns a picture of many colours.
func photograph(size image.Point) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			v := 128 + 60*math.Sin(float64(x)/9)*math.Cos(float64(y)/13) + float64((x*7919+y*104729)%23)
			m.SetRGBA(x, y, color.RGBA{uint8(v), uint8(v / 2), uint8(255 - v), 255})
		}
	}
	return m
}

// seen is what a tap told of updates.
type seen struct {
	mu      sync.Mutex
	updates []tap.Update
	answers []tap.Answer
	joined  tap.Answers
}

func (s *seen) note(t *testing.T) func(tap.Event) {
	return func(e tap.Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if lost, is := e.(tap.Lost); is {
			t.Errorf("lost: %v", lost.Reason)
		}
		if u, is := e.(*tap.Update); is {
			s.updates = append(s.updates, *u)
		}
		s.answers = append(s.answers, s.joined.Add(e)...)
	}
}

// lookThrough returns a robot that looks at a server's screen through a tap.
func lookThrough(t *testing.T, s *server.Server, v robot.View, told func(tap.Event)) *robot.Client {
	t.Helper()
	near, far := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- s.Serve(far) }()
	c, err := v.Connect(t.Context(), tap.New(near, time.Now, told))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Close()
		<-served
	})
	return c
}

// What was sent with loss comes without it once the screen is still, and is never taken for an answer.
func TestAStillScreenIsShownExactly(t *testing.T) {
	for name, v := range map[string]robot.View{
		"updates on request":  {Encodings: []wire.Encoding{wire.Tight, wire.Quality(2), wire.Fences}},
		"updates unasked for": {Encodings: []wire.Encoding{wire.Tight, wire.Quality(2)}, Unasked: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := photograph(image.Pt(500, 300))
			s := server.New(want.Rect.Size())
			paint := func(screen *image.RGBA) { draw.Draw(screen, screen.Rect, want, image.Point{}, draw.Src) }
			s.Draw(want.Rect, paint)
			var told seen
			c := lookThrough(t, s, v, told.note(t))
			first, err := c.WaitChange(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(c.Screen().Pix, want.Pix) {
				t.Error("the first picture lost nothing, so this shows nothing")
			}
			if err := c.Key(t.Context(), 'a', true); err != nil { // nothing answers it
				t.Fatal(err)
			}
			awaitScreen(t, c, want)
			took := time.Since(first.At)
			told.mu.Lock()
			defer told.mu.Unlock()
			if len(told.answers) > 0 {
				t.Errorf("a refresh was taken for an answer: %+v", told.answers)
			}
			refreshes := 0
			for _, u := range told.updates {
				if u.Refresh {
					refreshes++
				}
			}
			if refreshes < 2 || refreshes != len(told.updates)-1 {
				t.Errorf("of %d updates %d were refreshes, want all but the first, and several", len(told.updates), refreshes)
			}
			if took < 500*time.Millisecond {
				t.Errorf("the first refreshes came %v after the picture: they would be a part of what answers an input", took)
			}
		})
	}
}

func TestWhoeverUnderstandsNoFencesGetsNoRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := photograph(image.Pt(200, 200))
		s := server.New(want.Rect.Size())
		s.Draw(want.Rect, func(screen *image.RGBA) { draw.Draw(screen, screen.Rect, want, image.Point{}, draw.Src) })
		var told seen
		c := lookThrough(t, s, robot.View{Encodings: []wire.Encoding{wire.Tight, wire.Quality(2)}}, told.note(t))
		if _, err := c.WaitChange(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if n := c.Changes(); n != 1 {
			t.Errorf("a still screen sent %d updates, want one", n)
		}
	})
}
