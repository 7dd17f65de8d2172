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

// backlog is how many connections may wait for Accept, as far as the kernel allows.
const backlog = 4096

// Package net makes its sockets itself, in the namespace of this process. Ours come from
// elsewhere, so what package net would do with them before it has a connection is done here.

// dial connects a socket, which it takes over, to a port of the far end.
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

// connected reports whether a socket has done with connecting, and how that ended.
func connected(fd int) (done bool, err error) {
	code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	switch errno := unix.Errno(code); {
	case err != nil:
		return true, os.NewSyscallError("getsockopt", err)
	case code != 0:
		return true, os.NewSyscallError("connect", errno)
	}
	_, err = unix.Getpeername(fd)
	return err == nil, nil // no peer yet: it was woken for nothing
}

// listen makes a socket, which it takes over, listen on a port of the far end.
func listen(fd int, c study.CongestionControl, port int) (*net.TCPListener, error) {
	file := os.NewFile(uintptr(fd), "listener")
	defer file.Close()
	// What a listener accepts has its settings. A port is free again once its listener is
	// closed, though connections to it may still be there.
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

// setCongestion sets how a socket finds its rate. That the kernel has no c is a sentence.
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
