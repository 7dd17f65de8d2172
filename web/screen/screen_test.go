package screen_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/study"
	"vmstudy/web/screen"
)

// pipe makes one end of a pipe the screen of the desk's machine, and returns the other end.
func pipe(d *webtest.Desk) net.Conn {
	near, far := net.Pipe()
	d.Conduct.Dial = func(context.Context) (net.Conn, error) { return near, nil }
	d.T.Cleanup(func() { _ = far.Close() })
	return far
}

func TestTheScreenPassesUnaltered(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	machine := pipe(d)
	ws := d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=1&seat=%d", d.TakeSeat()))
	if _, err := io.WriteString(machine, "RFB 003.008\n"); err != nil {
		t.Fatal(err)
	}
	kind, got, err := ws.ReadMessage()
	if err != nil || kind != websocket.BinaryMessage || string(got) != "RFB 003.008\n" {
		t.Errorf("the browser got %q (kind %d, %v), want the greeting as binary", got, kind, err)
	}
	d.Must(ws.WriteMessage(websocket.BinaryMessage, []byte("RFB 003.")))
	d.Must(ws.WriteMessage(websocket.BinaryMessage, []byte("008\n")))
	back := make([]byte, 12)
	if _, err := io.ReadFull(machine, back); err != nil || string(back) != "RFB 003.008\n" {
		t.Errorf("the machine got %q, %v; want the browser's greeting", back, err)
	}
	_ = machine.Close()
	if code := webtest.ClosedWith(t, ws); code != screen.CloseNoScreen {
		t.Errorf("closed with %d once the machine was gone, want %d", code, screen.CloseNoScreen)
	}
}

// In TestAScreenThatCannotBeFollowedStillPasses a machine suddenly sends bytes that are not RFB.
// The browser must get every byte, and the page must be told that nothing is measured any more.
func TestAScreenThatCannotBeFollowedStillPasses(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	machine := pipe(d)
	at := d.TakeSeat()
	events := d.Dial(fmt.Sprintf(d.Visit()+"/events?seat=%d", at))
	ws := d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=1&seat=%d", at))
	said := []byte("RFB 003.008\n")
	said = append(said, bytes.Repeat([]byte{0xfe, 7, 0, 99}, 50_000)...)
	go func() { _, _ = machine.Write(said) }()
	d.Must(ws.WriteMessage(websocket.BinaryMessage, []byte("RFB 003.008\n")))
	go func() { _, _ = io.Copy(io.Discard, machine) }()
	var heard []byte
	for len(heard) < len(said) {
		_, b, err := ws.ReadMessage()
		d.Must(err)
		heard = append(heard, b...)
	}
	if !bytes.Equal(heard, said) {
		t.Error("the browser heard other bytes than the machine said")
	}
	for {
		_, b, err := events.ReadMessage()
		d.Must(err)
		if bytes.Contains(b, []byte(`"lost"`)) {
			return
		}
	}
}

// In TestASlowBrowserSlowsTheMachine a machine sends without end to a browser that does not read.
// Only the buffers on the way may fill.
func TestASlowBrowserSlowsTheMachine(t *testing.T) {
	const offered, bound = 256 << 20, 24 << 20
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	machine := pipe(d)
	ws := d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=1&seat=%d", d.TakeSeat()))
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
	webtest.Eventually(t, "the machine stands still", func() bool {
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
		d.Must(err)
		got += int64(len(b))
	}
	_ = ws.Close()
	<-done
	if now := taken.Load(); now <= last || now >= offered {
		t.Errorf("%d bytes were taken in all, want more than %d once the browser read, and an end with it", now, last)
	}
}

func TestOnlyTheOwnNewestPageMayConnect(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	other := d.Link
	d.Begin() // starts a session of somebody else
	older, newest := d.TakeSeat(), d.TakeSeat()
	for _, path := range []string{d.Visit() + "/screen?conn=1&seat=%d", d.Visit() + "/events?seat=%d"} {
		own, url := "visit="+d.Link, fmt.Sprintf(path, newest)
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
			_, answer, err := d.TryDial(tt.url, tt.header)
			if err == nil || answer == nil || answer.StatusCode != tt.want {
				t.Errorf("%s at %s: got %v, %v; want status %d", name, path, answer, err, tt.want)
			}
		}
		for name, cookie := range map[string]string{"a stranger": "", "somebody who guesses": "visit=guess", "another participant": "visit=" + other} {
			ws, _, err := d.TryDial(url, http.Header{"Cookie": {cookie}})
			d.Must(err)
			if code := webtest.ClosedWith(t, ws); code != screen.CloseStranger {
				t.Errorf("%s at %s is closed with %d, want %d", name, path, code, screen.CloseStranger)
			}
			_ = ws.Close()
		}
		if code := webtest.ClosedWith(t, d.Dial(fmt.Sprintf(path, older))); code != screen.CloseSuperseded {
			t.Errorf("an older page at %s is closed with %d, want %d", path, code, screen.CloseSuperseded)
		}
	}
}

func TestANewerPageEndsTheLinesOfTheOlderAtOnce(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	first := d.TakeSeat()
	line := d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=1&seat=%d", first))
	events := d.Dial(fmt.Sprintf(d.Visit()+"/events?seat=%d", first))
	if _, _, err := line.ReadMessage(); err != nil { // the connection works
		t.Fatal(err)
	}
	if _, _, err := events.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	newer := d.Dial(fmt.Sprintf(d.Visit()+"/events?seat=%d", d.TakeSeat()))
	if a, b := webtest.ClosedWith(t, line), webtest.ClosedWith(t, events); a != screen.CloseSuperseded || b != screen.CloseSuperseded {
		t.Errorf("the older page's lines are closed with %d and %d, want %d", a, b, screen.CloseSuperseded)
	}
	if _, _, err := newer.ReadMessage(); err != nil {
		t.Errorf("the newer page's line: %v, want it to stand", err)
	}
}

func TestAScreenThatIsNotThereYetIsSaidSo(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	d.Conduct.Dial = func(context.Context) (net.Conn, error) {
		return nil, study.Refuse(study.ErrConflict, "the desktop is not there yet")
	}
	ws := d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=1&seat=%d", d.TakeSeat()))
	if code := webtest.ClosedWith(t, ws); code != screen.CloseNoScreen {
		t.Errorf("closed with %d, want %d", code, screen.CloseNoScreen)
	}
}

func TestTextOnTheScreensLineEndsIt(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	ws := d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=1&seat=%d", d.TakeSeat()))
	d.Must(ws.WriteMessage(websocket.TextMessage, []byte("hello")))
	if code := webtest.ClosedWith(t, ws); code != screen.CloseBad {
		t.Errorf("closed with %d, want %d", code, screen.CloseBad)
	}
}
