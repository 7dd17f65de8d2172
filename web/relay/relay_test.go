package relay_test

import (
	"bytes"
	"context"
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

// line makes a websocket that is carried to a machine. The test plays both the browser and the
// machine.
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

// TestEveryLengthPassesAsOneBinaryMessage tries the lengths at which a frame's header changes its
// form, and sends pings in between.
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

// The line ends while it sends a message that is larger than all buffers on the way. Only then the
// browser reads.
func TestNothingFollowsAMessageThatWasCut(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	over, reads, told := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := relay.Upgrader.Upgrade(w, r, nil)
		if err != nil {
			told <- err
			return
		}
		defer ws.Close()
		_ = ws.NetConn().(*net.TCPConn).SetWriteBuffer(4096)
		_ = relay.Carry(r.Context(), ws, near)
		close(over)
		<-reads
		told <- ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(4000, "why"), time.Now().Add(relay.WriteLimit))
	}))
	defer server.Close()
	dialer := websocket.Dialer{NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return conn, conn.(*net.TCPConn).SetReadBuffer(4096)
	}}
	browser, _, err := dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer browser.Close()
	_ = browser.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := far.Write(make([]byte, relay.Buffer)); err != nil { // from now on it is being sent
		t.Fatal(err)
	}
	_ = browser.WriteMessage(websocket.TextMessage, []byte("this ends the line"))
	<-over
	read := make(chan error, 1)
	go func() { _, err := io.Copy(io.Discard, browser.NetConn()); read <- err }()
	close(reads)
	if err := <-told; err == nil {
		t.Error("why the line ended was written into the middle of a message")
	}
	<-read
}
