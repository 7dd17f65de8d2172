package userspace

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"

	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
)

// conn is a gonet connection with the errors that package net documents: net.ErrClosed after Close and
// os.ErrDeadlineExceeded after a deadline. gonet's errors only say so in their texts.
type conn struct {
	*gonet.TCPConn
	closed atomic.Bool
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	return n, c.explain("read", err)
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	return n, c.explain("write", err)
}

// Close implements net.Conn. Data that was written before is still sent.
func (c *conn) Close() error {
	if c.closed.Swap(true) {
		return c.explain("close", io.EOF)
	}
	return c.TCPConn.Close()
}

func (c *conn) explain(op string, err error) error {
	var timeout net.Error
	switch {
	case err == nil:
		return nil
	case c.closed.Load():
		err = net.ErrClosed
	case errors.As(err, &timeout) && timeout.Timeout():
		err = os.ErrDeadlineExceeded
	default:
		return err
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// listener is a gonet listener whose Close makes a waiting Accept return.
type listener struct {
	*gonet.TCPListener
	forget func(*listener)
	closed atomic.Bool
}

// Accept implements net.Listener. It fails with net.ErrClosed after Close.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.TCPListener.Accept()
	if err != nil {
		if l.closed.Load() {
			err = &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
		}
		return nil, err
	}
	return &conn{TCPConn: c.(*gonet.TCPConn)}, nil
}

// Close implements net.Listener. Connections that it accepted stay open.
func (l *listener) Close() error {
	if l.closed.Swap(true) {
		return &net.OpError{Op: "close", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
	}
	l.forget(l)
	l.Shutdown() // makes Accept return; gonet's Close alone does not
	return l.TCPListener.Close()
}
