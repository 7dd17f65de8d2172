package netemtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"testing"

	"vmstudy/netem"
)

// patient returns a context that ends after patience.
func patient(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// await returns what comes from a channel, and fails the test if nothing comes.
func await[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-patient(t).Done():
		t.Fatalf("%s: still waiting after %v", what, patience)
		panic("unreachable")
	}
}

func listen(t *testing.T, link netem.Link) net.Listener {
	t.Helper()
	listener, err := link.ListenFar(port)
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

// connect returns the two ends of a new connection over link.
func connect(t *testing.T, link netem.Link) (near, far net.Conn) {
	t.Helper()
	return connectTo(t, link, listen(t, link))
}

func connectTo(t *testing.T, link netem.Link, listener net.Listener) (near, far net.Conn) {
	t.Helper()
	accepted := make(chan net.Conn, 1)
	go func() {
		if conn, err := listener.Accept(); err == nil {
			accepted <- conn
		}
	}()
	near, err := link.DialNear(patient(t), port)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	far = await(t, "Accept", accepted)
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

// closeWrite closes one end for writing only, so that the other end knows that no more comes.
func closeWrite(conn net.Conn) error {
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok {
		return fmt.Errorf("%T has no CloseWrite", conn)
	}
	return half.CloseWrite()
}

// send writes size random bytes in pieces of odd lengths, closes the end for writing, and returns the SHA-256 of the bytes.
// With the same seed it sends the same bytes.
func send(to net.Conn, size int, seed uint64) ([sha256.Size]byte, error) {
	data := make([]byte, size)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)}).Read(data)
	sum := sha256.Sum256(data)
	pieces := rand.New(rand.NewPCG(seed, 0))
	for len(data) > 0 {
		n := min(len(data), 1+pieces.IntN(64<<10))
		if _, err := to.Write(data[:n]); err != nil {
			return sum, fmt.Errorf("send: %w", err)
		}
		data = data[n:]
	}
	return sum, closeWrite(to)
}

// receive reads until the other end says that no more comes.
func receive(from net.Conn) (size int, sum [sha256.Size]byte, err error) {
	hash := sha256.New()
	n, err := io.Copy(hash, from)
	if err != nil {
		return int(n), sum, fmt.Errorf("receive: %w", err)
	}
	return int(n), [sha256.Size]byte(hash.Sum(nil)), nil
}

// transfer sends size bytes from one end to the other and checks that they arrive intact.
func transfer(from, to net.Conn, size int, seed uint64) error {
	type sent struct {
		sum [sha256.Size]byte
		err error
	}
	done := make(chan sent, 1)
	go func() {
		sum, err := send(from, size, seed)
		done <- sent{sum, err}
	}()
	got, sum, err := receive(to)
	want := <-done
	switch {
	case want.err != nil:
		return want.err
	case err != nil:
		return err
	case got != size || sum != want.sum:
		return fmt.Errorf("sent %d bytes %x, got %d bytes %x", size, want.sum[:4], got, sum[:4])
	}
	return nil
}
