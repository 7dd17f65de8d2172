package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/rfb/rfbtest"
	"vmstudy/study"
)

// pipe makes one end of a pipe the screen of the desk's machine, and returns the other end.
func (d *desk) pipe() net.Conn {
	near, far := net.Pipe()
	d.conduct.dial = func(context.Context) (net.Conn, error) { return near, nil }
	d.t.Cleanup(func() { _ = far.Close() })
	return far
}

// closedWith waits until the server closes ws, and returns the close code.
func closedWith(t *testing.T, ws *websocket.Conn) int {
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

func TestTheScreenPassesUnaltered(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	machine := d.pipe()
	ws := d.dial(fmt.Sprintf(d.visit()+"/screen?conn=1&seat=%d", d.takeSeat()))
	if _, err := io.WriteString(machine, "RFB 003.008\n"); err != nil {
		t.Fatal(err)
	}
	kind, got, err := ws.ReadMessage()
	if err != nil || kind != websocket.BinaryMessage || string(got) != "RFB 003.008\n" {
		t.Errorf("the browser got %q (kind %d, %v), want the greeting as binary", got, kind, err)
	}
	d.must(ws.WriteMessage(websocket.BinaryMessage, []byte("RFB 003.")))
	d.must(ws.WriteMessage(websocket.BinaryMessage, []byte("008\n")))
	back := make([]byte, 12)
	if _, err := io.ReadFull(machine, back); err != nil || string(back) != "RFB 003.008\n" {
		t.Errorf("the machine got %q, %v; want the browser's greeting", back, err)
	}
	_ = machine.Close()
	if code := closedWith(t, ws); code != closeNoScreen {
		t.Errorf("closed with %d once the machine was gone, want %d", code, closeNoScreen)
	}
}

// In TestAScreenThatCannotBeFollowedStillPasses a machine suddenly sends bytes that are not RFB.
// The browser must get every byte, and the page must be told that nothing is measured any more.
func TestAScreenThatCannotBeFollowedStillPasses(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	machine := d.pipe()
	at := d.takeSeat()
	events := d.dial(fmt.Sprintf(d.visit()+"/events?seat=%d", at))
	ws := d.dial(fmt.Sprintf(d.visit()+"/screen?conn=1&seat=%d", at))
	said := []byte("RFB 003.008\n")
	said = append(said, bytes.Repeat([]byte{0xfe, 7, 0, 99}, 50_000)...)
	go func() { _, _ = machine.Write(said) }()
	d.must(ws.WriteMessage(websocket.BinaryMessage, []byte("RFB 003.008\n")))
	go func() { _, _ = io.Copy(io.Discard, machine) }()
	var heard []byte
	for len(heard) < len(said) {
		_, b, err := ws.ReadMessage()
		d.must(err)
		heard = append(heard, b...)
	}
	if !bytes.Equal(heard, said) {
		t.Error("the browser heard other bytes than the machine said")
	}
	for {
		_, b, err := events.ReadMessage()
		d.must(err)
		if bytes.Contains(b, []byte(`"lost"`)) {
			return
		}
	}
}

// In TestASlowBrowserSlowsTheMachine a machine sends without end to a browser that does not read.
// Only the buffers on the way may fill.
func TestASlowBrowserSlowsTheMachine(t *testing.T) {
	const offered, bound = 256 << 20, 24 << 20
	d := newDesk(t, rfbtest.NewServer(8, 8))
	machine := d.pipe()
	ws := d.dial(fmt.Sprintf(d.visit()+"/screen?conn=1&seat=%d", d.takeSeat()))
	var taken atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		chunk := bytes.Repeat([]byte{7}, 256<<10)
		for taken.Load() < offered {
			n, err := machine.Write(chunk)
			taken.Add(int64(n))
			if err != nil {
				return
			}
		}
	}()
	last, since := int64(-1), time.Now()
	eventually(t, "the machine stands still", func() bool {
		if now := taken.Load(); now != last {
			last, since = now, time.Now()
		}
		return last > 0 && time.Since(since) > 300*time.Millisecond
	})
	if last > bound {
		t.Errorf("%d bytes were taken for a browser that does not read, want at most %d", last, bound)
	}
	for got := int64(0); got <= last; {
		_, b, err := ws.ReadMessage()
		d.must(err)
		got += int64(len(b))
	}
	_ = ws.Close()
	<-done
	if now := taken.Load(); now <= last || now >= offered {
		t.Errorf("%d bytes were taken in all, want more than %d once the browser read, and an end with it", now, last)
	}
}

func TestOnlyTheOwnNewestPageMayConnect(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	other := d.link
	d.begin() // starts a session of somebody else
	older, newest := d.takeSeat(), d.takeSeat()
	for _, path := range []string{d.visit() + "/screen?conn=1&seat=%d", d.visit() + "/events?seat=%d"} {
		own, url := "visit="+d.link, fmt.Sprintf(path, newest)
		for name, tt := range map[string]struct {
			url    string
			header http.Header
			want   int
		}{
			"a stranger of another site": {url, http.Header{"Origin": {"https://elsewhere.example"}}, http.StatusForbidden},
			"another site's page":        {url, http.Header{"Cookie": {own}, "Origin": {"https://elsewhere.example"}}, http.StatusForbidden},
			"a page that is to come":     {fmt.Sprintf(path, newest+1), http.Header{"Cookie": {own}}, http.StatusUnprocessableEntity},
			"a page without a number":    {fmt.Sprintf(path, 0), http.Header{"Cookie": {own}}, http.StatusUnprocessableEntity},
		} {
			_, answer, err := d.tryDial(tt.url, tt.header)
			if err == nil || answer == nil || answer.StatusCode != tt.want {
				t.Errorf("%s at %s: got %v, %v; want status %d", name, path, answer, err, tt.want)
			}
		}
		for name, cookie := range map[string]string{"a stranger": "", "somebody who guesses": "visit=guess", "another participant": "visit=" + other} {
			ws, _, err := d.tryDial(url, http.Header{"Cookie": {cookie}})
			d.must(err)
			if code := closedWith(t, ws); code != closeStranger {
				t.Errorf("%s at %s is closed with %d, want %d", name, path, code, closeStranger)
			}
			_ = ws.Close()
		}
		if code := closedWith(t, d.dial(fmt.Sprintf(path, older))); code != closeSuperseded {
			t.Errorf("an older page at %s is closed with %d, want %d", path, code, closeSuperseded)
		}
	}
}

func TestANewerPageEndsTheLinesOfTheOlderAtOnce(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	first := d.takeSeat()
	screen := d.dial(fmt.Sprintf(d.visit()+"/screen?conn=1&seat=%d", first))
	events := d.dial(fmt.Sprintf(d.visit()+"/events?seat=%d", first))
	if _, _, err := screen.ReadMessage(); err != nil { // the connection works
		t.Fatal(err)
	}
	if _, _, err := events.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	newer := d.dial(fmt.Sprintf(d.visit()+"/events?seat=%d", d.takeSeat()))
	if a, b := closedWith(t, screen), closedWith(t, events); a != closeSuperseded || b != closeSuperseded {
		t.Errorf("the older page's lines are closed with %d and %d, want %d", a, b, closeSuperseded)
	}
	if _, _, err := newer.ReadMessage(); err != nil {
		t.Errorf("the newer page's line: %v, want it to stand", err)
	}
}

func TestAScreenThatIsNotThereYetIsSaidSo(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	d.conduct.dial = func(context.Context) (net.Conn, error) {
		return nil, study.Refuse(study.ErrConflict, "the desktop is not there yet")
	}
	ws := d.dial(fmt.Sprintf(d.visit()+"/screen?conn=1&seat=%d", d.takeSeat()))
	if code := closedWith(t, ws); code != closeNoScreen {
		t.Errorf("closed with %d, want %d", code, closeNoScreen)
	}
}

func TestTextOnTheScreensLineEndsIt(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	ws := d.dial(fmt.Sprintf(d.visit()+"/screen?conn=1&seat=%d", d.takeSeat()))
	d.must(ws.WriteMessage(websocket.TextMessage, []byte("hello")))
	if code := closedWith(t, ws); code != closeBad {
		t.Errorf("closed with %d, want %d", code, closeBad)
	}
}
