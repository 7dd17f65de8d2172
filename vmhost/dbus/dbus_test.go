package dbus_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"vmstudy/vmhost/dbus"
)

// sockets returns the two ends of a connection.
func sockets(t *testing.T) (a, b *net.UnixConn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ends []*net.UnixConn
	for _, fd := range fds {
		f := os.NewFile(uintptr(fd), "end")
		c, err := net.FileConn(f)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		t.Cleanup(func() { c.Close() })
		ends = append(ends, c.(*net.UnixConn))
	}
	return ends[0], ends[1]
}

// serve runs c until the test ends.
func serve(t *testing.T, c *dbus.Conn, handle dbus.Handler) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- c.Serve(handle) }()
	t.Cleanup(func() {
		c.Close()
		<-done
	})
}

func deaf(dbus.Message) error { return dbus.ErrUnknown }

func TestGreetSaysWhoWeAreAndThatFilesMayTravel(t *testing.T) {
	for name, test := range map[string]struct {
		answers []string
		fails   string // part of the error; empty for none
	}{
		"accepted":                      {[]string{"OK 0123\r\n", "AGREE_UNIX_FD\r\n", ""}, ""},
		"rejected":                      {[]string{"REJECTED EXTERNAL\r\n"}, "REJECTED EXTERNAL"},
		"no descriptors":                {[]string{"OK 0123\r\n", "ERROR\r\n"}, "ERROR"},
		"hangs up":                      {[]string{"OK 01"}, "unexpected EOF"},
		"an answer of too many letters": {[]string{strings.Repeat("x", 1000)}, "buffer full"},
	} {
		t.Run(name, func(t *testing.T) {
			us, them := sockets(t)
			heard := make(chan []string, 1)
			go func() {
				var lines []string
				in := bufio.NewReader(them)
				for _, say := range test.answers {
					line, _ := in.ReadString('\n')
					lines = append(lines, line)
					them.Write([]byte(say))
				}
				them.Close()
				heard <- lines
			}()
			err := dbus.Greet(t.Context(), us)
			us.Close()
			if test.fails == "" && err != nil || test.fails != "" && (err == nil || !strings.Contains(err.Error(), test.fails)) {
				t.Errorf("error %v, want one that says %q", err, test.fails)
			}
			lines := <-heard
			if !strings.HasPrefix(lines[0], "\x00AUTH EXTERNAL ") {
				t.Errorf("began with %q", lines[0])
			}
			if test.fails == "" {
				if diff := cmp.Diff([]string{"NEGOTIATE_UNIX_FD\r\n", "BEGIN\r\n"}, lines[1:]); diff != "" {
					t.Errorf("then (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestGreetEndsWithItsContext(t *testing.T) {
	us, _ := sockets(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	cancel(enough)
	if err := dbus.Greet(ctx, us); !errors.Is(err, enough) {
		t.Errorf("got %v, want %v", err, enough)
	}
}

func TestCallBringsArgumentsThereAndTheAnswerBack(t *testing.T) {
	a, b := sockets(t)
	caller, callee := dbus.NewConn(a), dbus.NewConn(b)
	serve(t, caller, deaf)
	heard := make(chan dbus.Message, 1)
	serve(t, callee, func(m dbus.Message) error {
		if m.Member != "Press" {
			return dbus.ErrUnknown
		}
		m.Body = append([]byte(nil), m.Body...)
		heard <- m
		return nil
	})
	call := dbus.Message{
		Path: "/org/x", Interface: "org.x.Keyboard", Member: "Press", Signature: "us",
		Body: new(dbus.Body).Uint32(30).String("a").Bytes(),
	}
	body, err := caller.Call(t.Context(), call)
	if err != nil || len(body) != 0 {
		t.Fatalf("answer %v, %v; want an empty one", body, err)
	}
	want := call
	want.Kind, want.Serial = dbus.Call, 1
	got := <-heard
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("call (-want +got):\n%s", diff)
	}
	r := dbus.NewReader(got.Body)
	if n, s := r.Uint32(), r.String(); n != 30 || s != "a" || r.Err() != nil || !r.Empty() {
		t.Errorf("arguments %d, %q, %v", n, s, r.Err())
	}
	call.Member = "Throw"
	if _, err := caller.Call(t.Context(), call); err == nil || !strings.Contains(err.Error(), "UnknownMethod") {
		t.Errorf("unknown method: %v", err)
	}
}

func TestCallsArriveInOrder(t *testing.T) {
	a, b := sockets(t)
	caller, callee := dbus.NewConn(a), dbus.NewConn(b)
	serve(t, caller, deaf)
	const n = 200
	var got []uint32
	done := make(chan struct{})
	serve(t, callee, func(m dbus.Message) error {
		if got = append(got, dbus.NewReader(m.Body).Uint32()); len(got) == n {
			close(done)
		}
		return nil
	})
	var want []uint32
	for i := range uint32(n) {
		want = append(want, i)
		if err := caller.Send(dbus.Message{Path: "/", Member: "M", Signature: "u", Body: new(dbus.Body).Uint32(i).Bytes()}); err != nil {
			t.Fatal(err)
		}
	}
	<-done
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestConversationEndsWithTheOtherSideAndSaysSo(t *testing.T) {
	a, b := sockets(t)
	c := dbus.NewConn(a)
	ended := make(chan error, 1)
	go func() { ended <- c.Serve(deaf) }()
	waiting := make(chan error, 1)
	go func() {
		_, err := c.Call(t.Context(), dbus.Message{Path: "/", Member: "M"})
		waiting <- err
	}()
	if _, err := b.Read(make([]byte, 1)); err != nil { // waits until the call has been written
		t.Fatal(err)
	}
	b.Close()
	if err := <-waiting; !errors.Is(err, dbus.ErrClosed) {
		t.Errorf("call: %v, want %v", err, dbus.ErrClosed)
	}
	if err := <-ended; err == nil {
		t.Error("the conversation ended without an error")
	}
	if _, err := c.Call(t.Context(), dbus.Message{Path: "/", Member: "M"}); err == nil {
		t.Error("a call was made after the end")
	}
}

func TestMessageThatClaimsToBeHugeCostsNothing(t *testing.T) {
	a, b := sockets(t)
	c := dbus.NewConn(a)
	ended := make(chan error, 1)
	go func() { ended <- c.Serve(deaf) }()
	head := dbus.Message{Kind: dbus.Call, Serial: 1, Path: "/", Member: "M", Signature: "ay"}.Append(nil)
	head[4], head[5], head[6], head[7] = 0, 0, 0, 8 // a body of 128 MiB
	b.Write(head)
	b.Close()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("no error")
		}
	case <-time.After(10 * time.Second):
		t.Error("still waiting")
	}
}

// TestACallThatIsCutEndsTheConversation has a peer that reads nothing of a long call.
func TestACallThatIsCutEndsTheConversation(t *testing.T) {
	us, them := sockets(t)
	c := dbus.NewConn(us)
	served := make(chan error, 1)
	go func() { served <- c.Serve(deaf) }()
	long := dbus.Message{Path: "/", Member: "Long", Signature: "ay", Body: new(dbus.Body).Array(make([]byte, 8<<20)).Bytes()}
	go func() {
		_, _ = them.Read(make([]byte, 1))
		_ = us.SetWriteDeadline(time.Unix(1, 0)) // as if writeLimit had passed
	}()
	if err := c.Send(long); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a call that is not read: %v, want a deadline", err)
	}
	if err := <-served; err == nil {
		t.Error("Serve ended as after a Close")
	}
	if err := c.Send(dbus.Message{Path: "/", Member: "Next"}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the next call: %v, want %v", err, net.ErrClosed)
	}
}
