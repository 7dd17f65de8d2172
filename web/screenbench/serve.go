package screenbench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/record"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/study"
	"vmstudy/web/relay"
)

// Kind is a kind of proxy of our own.
type Kind string

// The kinds.
const (
	CopyLoop  Kind = "copy loop" // only reads and writes
	Tapped    Kind = "proxy"     // as participants use it, without a recording
	Recording Kind = "proxy, recording"
)

// ServePeer runs a proxy from websockets to the machine at a TCP address, until stdin ends. The
// first line on stdout is the address on which it listens. Each recording that ends adds a line:
// its ending.
func ServePeer(ctx context.Context, kind Kind, machine string, stdin io.Reader, stdout io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := proxy{kind: kind, machine: machine}
	if kind == Recording {
		dir, err := os.MkdirTemp("", "screenbench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		p.library, err = record.NewLibrary(record.Config{Dir: filepath.Join(dir, "recordings"), Store: teller{stdout}})
		if err != nil {
			return err
		}
		defer func() { _ = p.library.Close(context.WithoutCancel(ctx)) }()
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: &p, ReadHeaderTimeout: time.Minute, BaseContext: func(net.Listener) context.Context { return ctx }}
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		cancel()
		_ = server.Close()
	}()
	fmt.Fprintln(stdout, l.Addr())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// ending says how a recording ended. Here, attempts are connections, counted from 1.
type ending struct {
	attempt study.AttemptID
	why     study.RecordingEnd
	lasted  time.Duration
}

func (e ending) String() string { return fmt.Sprintln(e.attempt, e.why, int64(e.lasted)) }

func readEnding(line string) (e ending, err error) {
	_, err = fmt.Sscan(line, &e.attempt, &e.why, &e.lasted)
	return e, err
}

// whole reports whether the recording is complete.
func (e ending) whole() bool { return e.why == study.RecordedWhole || e.why == study.ServerStopped }

// teller is a store of recordings that only prints how they ended.
type teller struct{ to io.Writer }

func (teller) BeginRecording(context.Context, study.AttemptID, time.Time) error { return nil }
func (teller) AllRecordings(context.Context) ([]study.Recording, error)         { return nil, nil }

func (t teller) EndRecording(_ context.Context, r study.Recording) error {
	_, err := io.WriteString(t.to, ending{r.Attempt, r.Ended, r.Duration}.String()) // in one write, so that lines do not mix
	return err
}

// proxy connects each websocket with a machine.
type proxy struct {
	kind    Kind
	machine string
	library *record.Library
	attempt atomic.Int64
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	machine, err := net.Dial("tcp", p.machine)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer machine.Close()
	upgrader := &relay.Upgrader
	if p.kind == CopyLoop {
		upgrader = &copyUpgrader
	}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer ws.Close()
	if p.kind == CopyLoop {
		copyLoop(ws, machine)
		return
	}
	conn := tapped(machine)
	if p.library != nil {
		a := study.AttemptID(p.attempt.Add(1))
		conn = p.library.Record(r.Context(), a, false, conn)
		defer p.library.Finish(a)
	}
	_ = relay.Carry(r.Context(), ws, conn) // the reason for its end does not matter here
}

// tapped returns the connection with a tap whose events are matched to answers, as in a session.
func tapped(machine net.Conn) net.Conn {
	var answers tap.Answers
	tap := tap.New(machine, time.Now, func(e tap.Event) { answers.Add(e) })
	tap.LimitEncodings(wire.Encoding.Followed)
	return tap
}

// copyUpgrader's write buffer has room for what copyLoop reads at once and a header.
var copyUpgrader = websocket.Upgrader{ReadBufferSize: 4 << 10, WriteBufferSize: 64<<10 + 16}

// copyLoop does the least that a proxy must do.
func copyLoop(ws *websocket.Conn, machine net.Conn) {
	go func() {
		defer machine.Close()
		for {
			_, b, err := ws.ReadMessage()
			if err != nil {
				return
			}
			if _, err := machine.Write(b); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 64<<10)
	for {
		n, err := machine.Read(buf)
		if err != nil {
			return
		}
		if err := ws.WriteMessage(websocket.BinaryMessage, buf[:n]); err != nil {
			return
		}
	}
}
