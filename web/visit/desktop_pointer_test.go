package visit_test

import (
	"context"
	"image"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// mouse returns one mouse action at a place, with the left button up or down.
func mouse(kind input.DispatchMouseEventType, x, y float64) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		p := input.DispatchMouseEventParams{Type: kind, X: x, Y: y}
		switch kind {
		case input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased:
			p.Button, p.ClickCount = input.MouseButtonLeft, 1
		case input.DispatchMouseEventTypeMouseWheel:
			p.DeltaX, p.DeltaY = 1, 120 // chromedp leaves out zeros
		}
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, p)
		return chromedp.Void{}, err
	}
}

// blinking returns a machine whose left half changes whenever a button is pressed or released.
func blinking() *rfbtest.Server {
	m := rfbtest.NewServer(webtest.Wide, webtest.High)
	n, buttons := 0, wire.PointerEvent{}.Buttons
	m.OnInput = func(in wire.ClientMessage) {
		if p, ok := in.(wire.PointerEvent); ok && p.Buttons != buttons {
			buttons = p.Buttons
			n++
			m.Paint(image.Rect(0, 0, webtest.Wide/2, webtest.High), webtest.Shade(n))
		}
	}
	return m
}

func TestClicksDragsTheWheelAndMovesAreTold(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, blinking())
	tab := d.Open()
	const down, up, move = input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased, input.DispatchMouseEventTypeMouseMoved
	began := time.Now()
	d.Do(tab, mouse(move, 600, 400), mouse(down, 600, 400), mouse(up, 601, 400)) // a click
	d.Do(tab, mouse(down, 600, 400))
	for x := range 40 {
		d.Do(tab, mouse(move, 600+5*float64(x), 400))
	}
	d.Do(tab, mouse(up, 800, 400)) // a drag
	d.Do(tab, mouse(input.DispatchMouseEventTypeMouseWheel, 800, 400))
	took := time.Since(began)

	byKind := map[study.InputKind][]study.Interaction{}
	webtest.Eventually(t, "all rows are stored", func() bool {
		clear(byKind)
		for _, r := range d.Rows() {
			byKind[r.Kind] = append(byKind[r.Kind], r)
		}
		return len(byKind[study.Wheel]) == 1 && len(byKind[study.Drag]) == 1
	})
	if clicks, drags := len(byKind[study.Click]), len(byKind[study.Drag]); clicks != 2 || drags != 1 {
		t.Errorf("%d clicks and %d drags, want the click, the press of the drag, and one drag", clicks, drags)
	}
	for _, r := range slices.Concat(byKind[study.Click], byKind[study.Drag], byKind[study.Wheel]) {
		if !r.Answered() || r.Quiet < r.Drawn || r.Rect != image.Rect(0, 0, webtest.Wide/2, webtest.High) || r.Pointer == (image.Point{}) {
			t.Errorf("%s: drawn %v, quiet %v, %v at %v; want it answered by the left half", r.Kind, r.Drawn, r.Quiet, r.Rect, r.Pointer)
		}
		if r.PointerType != study.Mouse {
			t.Errorf("%s: pointed with %q, want a mouse", r.Kind, r.PointerType)
		}
		if (r.Held > 0) != (r.Kind != study.Wheel) {
			t.Errorf("%s: held for %v", r.Kind, r.Held)
		}
	}
	most := int(took.Seconds()*study.MovesPerSecond) + 2
	if moves := len(byKind[study.Move]); moves < 1 || moves > most {
		t.Errorf("%d moves in %v, want 1 to %d", moves, took, most)
	}
}

// touch returns one touch action with one finger.
func touch(kind input.DispatchTouchEventType, at ...*input.TouchPoint) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: at})
		return chromedp.Void{}, err
	}
}

func TestWhatAFingerDoesIsToldAsClicksAndDrags(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, blinking())
	tab := d.Open()
	const start, move, end = input.DispatchTouchEventTypeTouchStart, input.DispatchTouchEventTypeTouchMove, input.DispatchTouchEventTypeTouchEnd
	at := func(x float64) *input.TouchPoint { return &input.TouchPoint{X: x, Y: 400} }
	d.Do(tab, touch(start, at(600)), touch(end)) // a tap
	d.Do(tab, touch(start, at(600)))
	for x := range 20 {
		d.Do(tab, touch(move, at(600+10*float64(x))))
	}
	d.Do(tab, touch(end)) // a drag
	byKind := map[study.InputKind][]study.Interaction{}
	webtest.Eventually(t, "all rows are stored", func() bool {
		clear(byKind)
		for _, r := range d.Rows() {
			byKind[r.Kind] = append(byKind[r.Kind], r)
		}
		return len(byKind[study.Drag]) == 1 && len(byKind[study.Click]) == 2
	})
	for _, r := range slices.Concat(byKind[study.Click], byKind[study.Drag]) {
		if !r.Answered() || r.PointerType != study.Touch || r.Pointer == (image.Point{}) {
			t.Errorf("%s by %q at %v, drawn after %v; want it answered, and by touch", r.Kind, r.PointerType, r.Pointer, r.Drawn)
		}
	}
}
