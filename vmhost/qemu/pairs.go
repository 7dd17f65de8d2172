package qemu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A pairMaker has the supervisor make socket pairs.
//
// The programs at both ends of a D-Bus connection ask the kernel who the other one is. The kernel names the process that
// made the socket pair. If that process has no number in the PID namespace of the program that asks, the kernel says 0,
// and GLib then refuses the connection. So pairs for QEMU are made by the supervisor, which is process 1 of QEMU's
// namespace.
type pairMaker struct {
	mu   sync.Mutex // one request at a time
	conn *net.UnixConn
}

func (m *pairMaker) close() {
	if m != nil {
		m.conn.Close()
	}
}

// pair returns our end of a new connection and QEMU's end.
func (m *pairMaker) pair(ctx context.Context) (*net.UnixConn, *os.File, error) {
	if m == nil {
		return connPair() // QEMU is in our own namespace
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	defer context.AfterFunc(ctx, func() { m.conn.SetDeadline(time.Unix(1, 0)) })()
	ours, theirs, err := m.order()
	if err != nil {
		return nil, nil, fmt.Errorf("socket pair from the supervisor: %w", err)
	}
	defer ours.Close() // FileConn has its own copy
	conn, err := net.FileConn(ours)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("socket pair: %w", err), theirs.Close())
	}
	return conn.(*net.UnixConn), theirs, nil
}

// order asks for a pair and takes it.
func (m *pairMaker) order() (ours, theirs *os.File, err error) {
	if _, err := m.conn.Write([]byte{1}); err != nil {
		return nil, nil, err
	}
	word, rights := make([]byte, 1), make([]byte, unix.CmsgSpace(2*4))
	_, n, _, _, err := m.conn.ReadMsgUnix(word, rights)
	if err != nil {
		return nil, nil, err
	}
	messages, err := unix.ParseSocketControlMessage(rights[:n])
	if err != nil || len(messages) != 1 {
		return nil, nil, errors.Join(err, io.ErrUnexpectedEOF)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 2 {
		return nil, nil, errors.Join(err, io.ErrUnexpectedEOF)
	}
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	return os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs"), nil
}

// makePairs is the supervisor's part: it sends a pair for each byte that comes over fd.
func makePairs(fd int) {
	word := make([]byte, 1)
	for {
		if n, err := unix.Read(fd, word); n != 1 || err != nil {
			return // the program that asks is gone
		}
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return
		}
		err = unix.Sendmsg(fd, word, unix.UnixRights(fds[:]...), nil, 0)
		unix.Close(fds[0])
		unix.Close(fds[1])
		if err != nil {
			return
		}
	}
}

// Pair returns our end of a new connection and QEMU's end, which is to be handed to it. QEMU's kernel namespace knows the
// process that made the pair; see pairMaker.
func (p *Process) Pair(ctx context.Context) (*net.UnixConn, *os.File, error) {
	return p.pairs.pair(ctx)
}

// Connect hands QEMU one end of a new connection under a name, and returns the other end.
func (p *Process) Connect(ctx context.Context, name string) (*net.UnixConn, error) {
	conn, end, err := connPair()
	if err != nil {
		return nil, err
	}
	defer end.Close()
	if err := p.QMP.SendFile(ctx, name, end); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// connPair is socketPair with our end as a connection.
func connPair() (*net.UnixConn, *os.File, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, nil, err
	}
	defer ours.Close() // FileConn has its own copy
	conn, err := net.FileConn(ours)
	if err != nil {
		theirs.Close()
		return nil, nil, fmt.Errorf("socket pair: %w", err)
	}
	return conn.(*net.UnixConn), theirs, nil
}

// socketPair returns two ends of a connection: ours and one for a child to inherit.
func socketPair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("socket pair: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "ours"), os.NewFile(uintptr(fds[1]), "theirs"), nil
}
