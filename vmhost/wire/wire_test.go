package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// pair returns two ends of a connection.
func pair(t *testing.T) (ours, theirs *net.UnixConn) {
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

// fill writes to conn until its buffer is full.
func fill(t *testing.T, conn *net.UnixConn) {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = raw.Write(func(fd uintptr) bool {
		for err = nil; err == nil; {
			_, err = unix.Write(int(fd), make([]byte, 1<<10))
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAMessageArrivesWholeOrIsTheLast(t *testing.T) {
	enough := errors.New("enough")
	for name, tt := range map[string]struct {
		full   bool // the buffer of the connection is full
		length int  // of the message
		read   int  // bytes that are read before the context ends; -1: the context does not end
		want   error
		closed bool
	}{
		"it fits":                {false, 100, -1, nil, false},
		"only a part of it fits": {false, 8 << 20, 1000, enough, true},
		"nothing of it fits":     {true, 100, 0, enough, false},
	} {
		for _, files := range [][]int{nil, {0}} {
			t.Run(fmt.Sprintf("%s, %d files", name, len(files)), func(t *testing.T) {
				ours, theirs := pair(t)
				if tt.full {
					fill(t, ours)
				}
				ctx, cancel := context.WithCancelCause(t.Context())
				written := make(chan error, 1)
				go func() { written <- WriteBefore(ctx, ours, make([]byte, tt.length), files...) }()
				if tt.read >= 0 {
					if _, err := io.ReadFull(theirs, make([]byte, tt.read)); err != nil {
						t.Fatal(err)
					}
					cancel(enough)
				}
				if err := <-written; !errors.Is(err, tt.want) {
					t.Errorf("WriteBefore: %v, want %v", err, tt.want)
				}
				cancel(nil)
				go io.Copy(io.Discard, theirs) // ends with the test
				if err := Write(ours, []byte("next")); errors.Is(err, net.ErrClosed) != tt.closed {
					t.Errorf("the next message: %v; want the connection to be closed: %v", err, tt.closed)
				}
			})
		}
	}
}
