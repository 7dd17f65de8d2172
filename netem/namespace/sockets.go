package namespace

import (
	"context"
	"fmt"
	"net"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"vmstudy/netem"
	"vmstudy/study"
)

// Sockets are the connections and listeners of one link.
type Sockets struct {
	socket  func(netem.End) (int, error)
	opening sync.RWMutex // held while socket is called, so that Cut waits for its end

	alive context.Context // ends with net.ErrClosed when Cut is called
	end   context.CancelCauseFunc
	open  open
}

// NewSockets returns the sockets of a link. socket opens a TCP socket at one of its ends, as
// Socket does.
func NewSockets(socket func(netem.End) (int, error)) *Sockets {
	s := &Sockets{socket: socket}
	s.alive, s.end = context.WithCancelCause(context.Background())
	return s
}

// Alive ends when the link begins to close.
func (s *Sockets) Alive() context.Context { return s.alive }

// DialNear connects from the near end to a listener at the far end.
func (s *Sockets) DialNear(ctx context.Context, port int) (net.Conn, error) {
	if err := checkPort(port); err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	// The dial ends with ctx or with the link, whichever comes first.
	dialing, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.alive, cancel)()
	fd, err := s.newSocket(netem.Near)
	if err != nil {
		return nil, fmt.Errorf("dial far port %d: %w", port, s.reason(ctx, err))
	}
	dialled, err := dial(dialing, fd, s.open.current(), port)
	if err != nil {
		return nil, fmt.Errorf("dial far port %d: %w", port, s.reason(ctx, err))
	}
	c, err := s.open.remember(dialled)
	if err != nil {
		return nil, fmt.Errorf("dial far port %d: %w", port, err)
	}
	return c, nil
}

// newSocket opens a socket on a link that does not close meanwhile.
func (s *Sockets) newSocket(at netem.End) (int, error) {
	s.opening.RLock()
	defer s.opening.RUnlock()
	if s.alive.Err() != nil {
		return -1, net.ErrClosed
	}
	return s.socket(at)
}

// SetCongestion sets how TCP finds its rate, on connections and listeners that are open and on
// those to come. Where the kernel has no c, the error is a sentence, and nothing changes.
func (s *Sockets) SetCongestion(c study.CongestionControl) error {
	trial, err := s.newSocket(netem.Near)
	if err != nil {
		return err
	}
	err = setCongestion(trial, c)
	unix.Close(trial)
	if err != nil {
		return err
	}
	s.open.setCongestion(c)
	return nil
}

// reason returns why a dial failed: a link that closes may show as many errors.
func (s *Sockets) reason(ctx context.Context, err error) error {
	for _, ended := range []context.Context{ctx, s.alive} {
		if ended.Err() != nil {
			return context.Cause(ended)
		}
	}
	return err
}

// ListenFar listens at the far end.
func (s *Sockets) ListenFar(port int) (net.Listener, error) {
	if err := checkPort(port); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	fd, err := s.newSocket(netem.Far)
	if err != nil {
		return nil, fmt.Errorf("listen on far port %d: %w", port, s.reason(s.alive, err))
	}
	inner, err := listen(fd, s.open.current(), port)
	if err != nil {
		return nil, fmt.Errorf("listen on far port %d: %w", port, err)
	}
	outer := &listener{TCPListener: inner, open: &s.open}
	if err := s.open.add(outer); err != nil {
		return nil, fmt.Errorf("listen on far port %d: %w", port, err)
	}
	return outer, nil
}

func checkPort(port int) error {
	if port < 1 || port > 65535 {
		return fmt.Errorf("port %d: %w", port, study.ErrInvalid)
	}
	return nil
}

// Cut ends everything that is open at once. Nothing can be opened afterwards.
func (s *Sockets) Cut() {
	s.end(net.ErrClosed)
	s.opening.Lock()
	s.open.cut()
	s.opening.Unlock()
}

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
	mu         sync.Mutex
	all        map[socket]bool
	closed     bool
	congestion study.CongestionControl // of all
}

// socket is a connection or a listener.
type socket interface {
	syscall.Conn
	cut()
}

// current is how new sockets find their rate.
func (o *open) current() study.CongestionControl {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.congestion
}

// setCongestion sets how all find their rate. The kernel must have c.
func (o *open) setCongestion(c study.CongestionControl) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.congestion = c
	for one := range o.all {
		o.conform(one)
	}
}

// conform gives a socket the congestion control of all. An error would mean that it is closed
// already. The caller holds mu.
func (o *open) conform(one socket) {
	if raw, err := one.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = setCongestion(int(fd), o.congestion) })
	}
}

// remember returns an accepted or dialled connection as one of the link's.
func (o *open) remember(tcp *net.TCPConn) (net.Conn, error) {
	// Keep-alives are packets that no condition asked for, and they would be counted.
	_ = tcp.SetKeepAlive(false) // an error means that it has ended already, and its user will see
	c := &conn{TCPConn: tcp, open: o}
	if err := o.add(c); err != nil {
		return nil, err
	}
	return c, nil
}

// add takes something in, or cuts it off if the link has closed meanwhile. Its congestion control
// may have changed since it was opened.
func (o *open) add(one socket) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		one.cut()
		return net.ErrClosed
	}
	if o.all == nil {
		o.all = make(map[socket]bool)
	}
	o.all[one] = true
	o.conform(one)
	return nil
}

func (o *open) forget(one socket) {
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
