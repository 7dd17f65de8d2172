package proxy_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/netem/proxy"
	"vmstudy/netem/userspace"
	"vmstudy/study"
)

// patience is how long a step may take before a test fails.
const patience = 20 * time.Second

// proxied starts a proxy to server over a link. It returns the address of the proxy, the link, and a function that
// stops the proxy.
func proxied(t *testing.T, n study.Network, server string) (string, *userspace.Link, func() error) {
	t.Helper()
	link, err := userspace.New(n, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { link.Close() })
	p := proxy.Proxy{Link: link, Listener: loopback(t), Dial: func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", server)
	}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	stop := func() error {
		cancel()
		err := <-ended
		ended <- err
		return err
	}
	t.Cleanup(func() { stop() })
	return p.Listener.Addr().String(), link, stop
}

func loopback(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// serving starts a server that runs do on every connection, and returns its address.
func serving(t *testing.T, do func(net.Conn)) string {
	t.Helper()
	l := loopback(t)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go do(conn)
		}
	}()
	return l.Addr().String()
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return conn.(*net.TCPConn)
}

// reverse reads until the client closes for writing, and then answers with the same bytes in reverse order.
func reverse(conn net.Conn) {
	defer conn.Close()
	all, err := io.ReadAll(conn)
	if err != nil {
		return
	}
	for i, j := 0, len(all)-1; i < j; i, j = i+1, j-1 {
		all[i], all[j] = all[j], all[i]
	}
	_, _ = conn.Write(all)
}

func TestHalfClosesPassThroughBothWays(t *testing.T) {
	n := study.Network{Down: 20 * study.Mbps, Up: 10 * study.Mbps, RTT: 20 * time.Millisecond}
	address, link, _ := proxied(t, n, serving(t, reverse))
	var clients errgroup.Group
	for i := range 5 {
		conn := dial(t, address)
		clients.Go(func() error {
			sent := bytes.Repeat([]byte{byte(i), 1, 2, 3, 4, 5, 6}, 10_000)
			began := time.Now()
			if _, err := conn.Write(sent); err != nil {
				return err
			}
			if err := conn.CloseWrite(); err != nil {
				return err
			}
			got, err := io.ReadAll(conn) // ends only when the server's half-close has arrived
			if err != nil {
				return err
			}
			if len(got) != len(sent) || got[0] != 6 || got[len(got)-1] != byte(i) {
				t.Errorf("client %d sent %d bytes and got %d back, or others", i, len(sent), len(got))
			}
			if took := time.Since(began); took < 2*n.RTT { // one round trip to connect, one for question and answer
				t.Errorf("client %d had its answer after %v, sooner than the network allows", i, took)
			}
			return nil
		})
	}
	if err := clients.Wait(); err != nil {
		t.Fatal(err)
	}
	if c := link.Counters(); c.BytesUp < 5*70_000 || c.BytesDown < 5*70_000 {
		t.Errorf("the link carried %+v: not what was sent", c)
	}
}

func TestAServerThatIsNotThereClosesTheClient(t *testing.T) {
	gone := loopback(t)
	gone.Close()
	address, _, _ := proxied(t, study.Network{}, gone.Addr().String())
	if n, err := dial(t, address).Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("read %d bytes, %v; want a connection that ends", n, err)
	}
}

func TestTheEndCutsConnectionsAndIsNoError(t *testing.T) {
	came := make(chan net.Conn, 1)
	address, _, stop := proxied(t, study.Network{RTT: 5 * time.Millisecond}, serving(t, func(c net.Conn) { came <- c }))
	client := dial(t, address)
	if _, err := client.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	server := <-came
	server.SetDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(server, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Errorf("the end: %v", err)
	}
	for who, conn := range map[string]net.Conn{"client": client, "server": server} {
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("the %s's connection lives on", who)
		}
	}
	if _, err := net.Dial("tcp", address); err == nil {
		t.Error("the proxy still listens")
	}
}

func TestALinkThatEndsEndsTheProxy(t *testing.T) {
	_, link, stop := proxied(t, study.Network{}, "127.0.0.1:1")
	link.Close()
	if err := stop(); err != nil && !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want net.ErrClosed, or nothing where the end came first", err)
	}
}
