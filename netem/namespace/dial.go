package namespace

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/study"
)

// backlog is how many connections may wait for Accept. The kernel may allow fewer.
const backlog = 4096

// Package net only makes sockets in the namespace of this process. So this file does with sockets of
// other namespaces what package net does before it has a connection or a listener.

// dial connects socket fd to a port of the far end. It takes over fd.
func dial(ctx context.Context, fd int, c study.CongestionControl, port int) (*net.TCPConn, error) {
	err := setCongestion(fd, c)
	if err == nil {
		err = unix.Connect(fd, farAddress(port))
	}
	if err != nil && !errors.Is(err, unix.EINPROGRESS) && !errors.Is(err, unix.EINTR) {
		unix.Close(fd)
		return nil, os.NewSyscallError("connect", err)
	}
	file := os.NewFile(uintptr(fd), "connection")
	defer file.Close()
	defer context.AfterFunc(ctx, func() { _ = file.SetWriteDeadline(time.Unix(1, 0)) })()
	raw, err := file.SyscallConn()
	if err != nil {
		return nil, err
	}
	var failed error
	err = raw.Write(func(fd uintptr) (done bool) {
		done, failed = connected(int(fd))
		return done
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, err
	}
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

// connected reports whether connecting has ended, and with which error.
func connected(fd int) (done bool, err error) {
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	switch errno := unix.Errno(code); {
	case err != nil:
		return true, os.NewSyscallError("getsockopt", err)
	case code != 0:
		return true, os.NewSyscallError("connect", errno)
	}
	_, err = unix.Getpeername(fd)
	return err == nil, nil // without a peer it is still connecting: the wake was spurious
}

// listen makes socket fd listen on a port of the far end. It takes over fd.
func listen(fd int, c study.CongestionControl, port int) (*net.TCPListener, error) {
	file := os.NewFile(uintptr(fd), "listener")
	defer file.Close()
	// Accepted connections inherit the congestion control. SO_REUSEADDR frees the port when its listener is
	// closed, even if connections remain.
	err := errors.Join(
		setCongestion(fd, c),
		os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)),
		os.NewSyscallError("bind", unix.Bind(fd, farAddress(port))),
	)
	if err != nil {
		return nil, err
	}
	if err := unix.Listen(fd, backlog); err != nil {
		return nil, os.NewSyscallError("listen", err)
	}
	l, err := net.FileListener(file)
	if err != nil {
		return nil, err
	}
	return l.(*net.TCPListener), nil
}

func farAddress(port int) *unix.SockaddrInet4 {
	return &unix.SockaddrInet4{Port: port, Addr: [4]byte(FarIP)}
}

// setCongestion sets the congestion control of a socket. If the kernel lacks c, the error is a sentence.
func setCongestion(fd int, c study.CongestionControl) error {
	err := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, c.Name())
	if errors.Is(err, unix.ENOENT) {
		return study.Refuse(study.ErrConflict, "this kernel has no congestion control %s: modprobe tcp_%s", c.Name(), c.Name())
	}
	if err != nil {
		return fmt.Errorf("congestion control %s: %w", c.Name(), err)
	}
	return nil
}
