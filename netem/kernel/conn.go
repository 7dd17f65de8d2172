package kernel

import (
	"net"
	"sync"
)

// conn is a TCP connection that its link can cut off.
type conn struct {
	*net.TCPConn
	open *open
}

// Close implements net.Conn. What was written before is still sent.
func (c *conn) Close() error {
	c.open.forget(c)
	return c.TCPConn.Close()
}

// cut ends the connection at once. Without the linger option the kernel would go on to send
// what is left, and keep the namespace for it.
func (c *conn) cut() {
	_ = c.SetLinger(0) // an error means that it is closed already
	_ = c.TCPConn.Close()
}

// listener is a listener that its link can cut off.
type listener struct {
	*net.TCPListener
	open *open
}

// Accept implements net.Listener. It fails with net.ErrClosed after Close.
func (l *listener) Accept() (net.Conn, error) {
	accepted, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return l.open.remember(accepted)
}

// Close implements net.Listener. Connections that it accepted stay open.
func (l *listener) Close() error {
	l.open.forget(l)
	return l.TCPListener.Close()
}

func (l *listener) cut() { _ = l.TCPListener.Close() }

// open is the set of what is open on a link.
type open struct {
	mu     sync.Mutex
	all    map[interface{ cut() }]bool
	closed bool
}

// remember returns an accepted or dialled connection as one of the link's.
func (o *open) remember(tcp *net.TCPConn) (net.Conn, error) {
	c := &conn{TCPConn: tcp, open: o}
	if err := o.add(c); err != nil {
		return nil, err
	}
	return c, nil
}

// add takes something in, or cuts it off if the link has closed meanwhile.
func (o *open) add(one interface{ cut() }) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		one.cut()
		return net.ErrClosed
	}
	if o.all == nil {
		o.all = make(map[interface{ cut() }]bool)
	}
	o.all[one] = true
	return nil
}

func (o *open) forget(one interface{ cut() }) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.all, one)
}

// cut ends everything that is open. Nothing can be added afterwards.
func (o *open) cut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for one := range o.all {
		one.cut()
	}
	clear(o.all)
}
