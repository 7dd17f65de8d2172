package relay_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/web/relay"
)

// line is a browser's websocket that is carried to a machine, both of them played by a test.
func line(t *testing.T) (browser *websocket.Conn, machine net.Conn, ended chan error) {
	t.Helper()
	near, far := net.Pipe()
	ended = make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := relay.Upgrader.Upgrade(w, r, nil)
		if err != nil {
			ended <- err
			return
		}
		defer ws.Close()
		ended <- relay.Carry(r.Context(), ws, near)
	}))
	t.Cleanup(server.Close)
	browser, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = browser.Close(), far.Close() })
	return browser, far, ended
}

// TestEveryLengthPassesAsOneBinaryMessage tries lengths about the places where a frame's
// header changes its form, with pings in between.
func TestEveryLengthPassesAsOneBinaryMessage(t *testing.T) {
	browser, machine, _ := line(t)
	for _, n := range []int{1, 125, 126, 127, 1<<16 - 1, relay.Buffer} {
		want := bytes.Repeat([]byte{byte(n), 1, 2}, n/3+1)[:n]
		if err := browser.WriteControl(websocket.PingMessage, []byte("are you there"), time.Time{}); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = machine.Write(want) }()
		var got []byte
		for len(got) < n {
			kind, b, err := browser.ReadMessage()
			if err != nil || kind != websocket.BinaryMessage {
				t.Fatalf("%d bytes: message of kind %d, %v", n, kind, err)
			}
			got = append(got, b...)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes came altered", n)
		}
	}
}

func TestWhatTheBrowserSaysPassesInOrder(t *testing.T) {
	browser, machine, _ := line(t)
	want := bytes.Repeat([]byte("key"), 20_000)
	go func() {
		for at := 0; at < len(want); at += 7001 {
			_ = browser.WriteMessage(websocket.BinaryMessage, want[at:min(at+7001, len(want))])
		}
	}()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(machine, got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("it came altered, or %v", err)
	}
}

func TestALineEndsWithEitherEndAndSaysWhy(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(browser *websocket.Conn, machine net.Conn)
		want error
	}{
		"the machine hangs up": {func(_ *websocket.Conn, m net.Conn) { _ = m.Close() }, relay.ErrNoScreen},
		"the browser says text": {func(b *websocket.Conn, _ net.Conn) {
			_ = b.WriteMessage(websocket.TextMessage, []byte("hello"))
		}, relay.ErrText},
	} {
		t.Run(name, func(t *testing.T) {
			browser, machine, ended := line(t)
			tt.end(browser, machine)
			if err := <-ended; !errors.Is(err, tt.want) {
				t.Errorf("it ended with %v, want %v", err, tt.want)
			}
			if _, err := machine.Write([]byte{1}); err == nil {
				t.Error("the machine's connection is still open")
			}
		})
	}
}
