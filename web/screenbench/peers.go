package screenbench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/bench"
	"vmstudy/study"
)

// direct and websockify are contenders besides our own proxies and the copy loop.
const (
	direct     Kind = "direct"
	websockify Kind = "websockify"
)

// contender is one way to reach a machine.
type contender struct {
	kind Kind
	dial func(context.Context) (net.Conn, error)
	cmd  *exec.Cmd // nil for direct
	end  func()

	recordings map[study.AttemptID]ending // filled by end
}

// cutShort counts the recordings that ended before their sessions.
func (c *contender) cutShort() (n int) {
	for _, e := range c.recordings {
		if !e.whole() {
			n++
		}
	}
	return n
}

// recorded returns how much of a connection is in its recording, in percent of the time took.
// Connections are counted from 1.
func (c *contender) recorded(connection int, took time.Duration) float64 {
	e := c.recordings[study.AttemptID(connection)]
	if e.whole() {
		return 100
	}
	return min(100, 100*e.lasted.Seconds()/took.Seconds())
}

// contenders starts the contenders of these kinds that this machine has. If core is not negative,
// each is bound to that processor. The caller must close them.
func (p Peer) contenders(ctx context.Context, machine string, core int, kinds ...Kind) (list contenders, err error) {
	for _, kind := range kinds {
		var c *contender
		switch kind {
		case direct:
			c = &contender{end: func() {}, dial: func(ctx context.Context) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "tcp", machine)
			}}
		case websockify:
			if _, missing := exec.LookPath("websockify"); missing != nil {
				continue
			}
			c, err = startWebsockify(ctx, machine, core)
		default:
			c, err = p.start(kind, machine, core)
		}
		if err != nil {
			list.close()
			return nil, fmt.Errorf("starting %s: %w", kind, err)
		}
		c.kind = kind
		list = append(list, c)
	}
	return list, nil
}

type contenders []*contender

// unable returns an error if this machine does not have the given peer.
func (l contenders) unable(peer Kind) error {
	if slices.ContainsFunc(l, func(c *contender) bool { return c.kind == peer }) {
		return nil
	}
	return bench.Unable{Why: fmt.Sprintf("nothing was compared with %[1]s, which is not there: apt-get install %[1]s", peer)}
}

func (l contenders) close() {
	for _, c := range l {
		c.end()
	}
}

// pinned makes cmd and its children run on one processor.
func pinned(cmd *exec.Cmd, core int) *exec.Cmd {
	if core < 0 {
		return cmd
	}
	args := append([]string{"taskset", "-c", strconv.Itoa(core), cmd.Path}, cmd.Args[1:]...)
	taskset := exec.Command(args[0], args[1:]...)
	taskset.Env = cmd.Env
	return taskset
}

// start starts one of our own proxies.
func (p Peer) start(kind Kind, machine string, core int) (*contender, error) {
	cmd := p(kind)
	cmd.Args = append(cmd.Args, machine)
	cmd = pinned(cmd, core)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	said := bufio.NewScanner(stdout)
	c := &contender{cmd: cmd, recordings: map[study.AttemptID]ending{}}
	c.end = func() {
		_ = stdin.Close()
		for said.Scan() {
			if e, err := readEnding(said.Text()); err == nil {
				c.recordings[e.attempt] = e
			}
		}
		_ = cmd.Wait()
	}
	if !said.Scan() {
		c.end()
		return nil, errors.Join(errors.New("it ended before it listened"), said.Err())
	}
	c.dial = websocketTo(said.Text())
	return c, nil
}

func startWebsockify(ctx context.Context, machine string, core int) (*contender, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	_ = l.Close() // websockify wants a port, not a listener
	cmd := pinned(exec.Command("websockify", addr, machine), core)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &contender{cmd: cmd, dial: websocketTo(addr), end: func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}}
	for begun := time.Now(); ; {
		probe, err := net.Dial("tcp", addr)
		if err == nil {
			return c, probe.Close()
		}
		if time.Since(begun) > 10*time.Second || ctx.Err() != nil {
			c.end()
			return nil, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// websocketTo returns a function that opens a websocket to a TCP address.
func websocketTo(addr string) func(context.Context) (net.Conn, error) {
	dialer := websocket.Dialer{ReadBufferSize: 64 << 10, WriteBufferSize: 4 << 10, Subprotocols: []string{"binary"}}
	return func(ctx context.Context) (net.Conn, error) {
		ws, _, err := dialer.DialContext(ctx, "ws://"+addr+"/", nil)
		if err != nil {
			return nil, err
		}
		return &stream{Conn: ws.NetConn(), ws: ws}, nil
	}
}

// stream is a websocket that reads and writes as a stream of bytes.
type stream struct {
	net.Conn
	ws      *websocket.Conn
	message io.Reader
}

func (s *stream) Read(p []byte) (int, error) {
	for {
		if s.message == nil {
			_, message, err := s.ws.NextReader()
			if err != nil {
				return 0, err
			}
			s.message = message
		}
		n, err := s.message.Read(p)
		if errors.Is(err, io.EOF) {
			s.message, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (s *stream) Write(p []byte) (int, error) {
	return len(p), s.ws.WriteMessage(websocket.BinaryMessage, p)
}

// used returns the processor time that a contender and its children have used so far, in
// nanoseconds, as the kernel counts it.
func (c *contender) used() time.Duration {
	if c.cmd == nil {
		return 0
	}
	return processUsed(strconv.Itoa(c.cmd.Process.Pid))
}

func processUsed(pid string) (sum time.Duration) {
	tasks, _ := filepath.Glob("/proc/" + pid + "/task/*")
	for _, task := range tasks {
		b, _ := os.ReadFile(task + "/schedstat") // threads that have ended are not counted
		if fields := strings.Fields(string(b)); len(fields) > 0 {
			ns, _ := strconv.ParseInt(fields[0], 10, 64)
			sum += time.Duration(ns)
		}
		b, _ = os.ReadFile(task + "/children")
		for _, child := range strings.Fields(string(b)) {
			sum += processUsed(child)
		}
	}
	return sum
}

// resident returns the resident memory of a contender's own process, in bytes.
func (c *contender) resident() int64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", c.cmd.Process.Pid))
	if fields := strings.Fields(string(b)); len(fields) > 1 {
		pages, _ := strconv.ParseInt(fields[1], 10, 64)
		return pages * int64(os.Getpagesize())
	}
	return 0
}
