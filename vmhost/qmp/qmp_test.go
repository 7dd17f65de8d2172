package qmp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const greeting = `{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}` + "\n"

// pair returns two ends of a connection.
func pair(t *testing.T) (client, server *net.UnixConn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	var ends [2]*net.UnixConn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "end")
		c, err := net.FileConn(f)
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		t.Cleanup(func() { c.Close() })
		ends[i] = c.(*net.UnixConn)
	}
	return ends[0], ends[1]
}

// serve acts as QEMU: it greets, accepts qmp_capabilities, and answers each command with the result of answer, which
// may be several lines.
func serve(t *testing.T, conn net.Conn, answer func(command) string) {
	t.Helper()
	done := make(chan struct{})
	t.Cleanup(func() { conn.Close(); <-done })
	go func() {
		defer close(done)
		fmt.Fprint(conn, greeting)
		lines := bufio.NewScanner(conn)
		for lines.Scan() {
			var c command
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Errorf("client said %q: %v", lines.Text(), err)
				return
			}
			if c.Execute == "qmp_capabilities" {
				fmt.Fprintf(conn, `{"return": {}, "id": %d}`+"\n", c.ID)
				continue
			}
			fmt.Fprint(conn, answer(c))
		}
	}()
}

func connect(t *testing.T, answer func(command) string, onEvent func(Event)) *Client {
	t.Helper()
	ours, theirs := pair(t)
	serve(t, theirs, answer)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c, err := Connect(ctx, ours, onEvent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestExecuteReturnsTheAnswerAmongEvents(t *testing.T) {
	const many = 1000 // more than fit into the buffers if nobody reads them
	events := make(chan Event, many)
	c := connect(t, func(c command) string {
		out := ""
		for i := range many {
			out += fmt.Sprintf(`{"event": "NOISE", "data": {"n": %d}}`+"\n", i)
		}
		return out + fmt.Sprintf(`{"return": {"status": "running"}, "id": %d}`+"\n", c.ID)
	}, func(e Event) { events <- e })

	var status struct{ Status string }
	if err := c.Execute(t.Context(), "query-status", nil, &status); err != nil || status.Status != "running" {
		t.Errorf("query-status: %q, %v; want running", status.Status, err)
	}
	if len(events) != many {
		t.Errorf("heard %d events, want %d", len(events), many)
	}
}

func TestExecuteReportsQEMUsRefusal(t *testing.T) {
	c := connect(t, func(c command) string {
		return fmt.Sprintf(`{"error": {"class": "CommandNotFound", "desc": "no such thing"}, "id": %d}`+"\n", c.ID)
	}, nil)
	var refusal *Error
	if err := c.Execute(t.Context(), "dance", nil, nil); !errors.As(err, &refusal) || refusal.Class != "CommandNotFound" {
		t.Errorf("dance: %v, want an Error of class CommandNotFound", err)
	}
}

func TestExecuteEndsWithItsContext(t *testing.T) {
	c := connect(t, func(command) string { return "" }, nil) // QEMU never answers
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if err := c.Execute(ctx, "stop", nil, nil); !errors.Is(err, why) {
		t.Errorf("stop: %v, want %v", err, why)
	}
}

func TestExecuteEndsWithQEMU(t *testing.T) {
	ours, theirs := pair(t)
	serve(t, theirs, func(command) string { theirs.Close(); return "" })
	c, err := Connect(t.Context(), ours, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Execute(t.Context(), "stop", nil, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("stop: %v, want %v", err, ErrClosed)
	}
	<-c.Done()
}

// TestACommandThatIsCutEndsTheConversation has QEMU read only a part of a command. QEMU would take the next command
// for the rest of it, so the connection must end.
func TestACommandThatIsCutEndsTheConversation(t *testing.T) {
	ours, theirs := pair(t)
	heard := make(chan struct{})
	go func() {
		fmt.Fprint(theirs, greeting)
		in := bufio.NewReaderSize(theirs, 16)
		if _, err := in.ReadBytes('\n'); err == nil { // qmp_capabilities
			fmt.Fprint(theirs, `{"return": {}, "id": 1}`+"\n")
			_, _ = in.ReadByte()
		}
		close(heard)
	}()
	c, err := Connect(t.Context(), ours, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	enough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		<-heard
		cancel(enough)
	}()
	if err := c.Execute(ctx, "human-monitor-command", strings.Repeat("x", 4<<20), nil); !errors.Is(err, enough) {
		t.Errorf("a command that is not read: %v, want %v", err, enough)
	}
	<-c.Done() // the test fails by hanging here if the connection stays open
	if err := c.Execute(t.Context(), "quit", nil, nil); err == nil {
		t.Error("a command behind half a command was answered")
	}
}

// TestNonsenseEndsTheConversation has QEMU send an invalid message. The Client stops reading then, so it must close
// the connection.
func TestNonsenseEndsTheConversation(t *testing.T) {
	ours, theirs := pair(t)
	serve(t, theirs, func(command) string { return "nonsense\n" })
	c, err := Connect(t.Context(), ours, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Execute(t.Context(), "stop", nil, nil); err == nil {
		t.Error("nonsense was taken for an answer")
	}
	<-c.Done()
	if _, err := ours.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("writing afterwards: %v, want %v", err, net.ErrClosed)
	}
}

func TestConnectRefusesWhatIsNotQEMU(t *testing.T) {
	ours, theirs := pair(t)
	if _, err := theirs.Write([]byte("220 mail.example ESMTP\r\n")); err != nil {
		t.Fatal(err)
	}
	if c, err := Connect(t.Context(), ours, nil); err == nil {
		c.Close()
		t.Error("a mail server was taken for a QEMU")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		greeting, `{"return": {}, "id": 1}`, `{"return": [], "id": 18446744073709551615}`,
		`{"error": {"class": "GenericError", "desc": "x"}, "id": 2}`, `{"event": "STOP", "timestamp": {}}`,
		`{"return": null}`, `{}`, `[]`, `{"event": "A", "return": {}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := parse(line)
		if err != nil {
			return
		}
		if !json.Valid(line) {
			t.Errorf("parsed %q, which is no JSON", line)
		}
		if m.Event != "" && (m.Return != nil || m.Error != nil || m.Greeting != nil) {
			t.Errorf("%q is an event and something else", line)
		}
	})
}
