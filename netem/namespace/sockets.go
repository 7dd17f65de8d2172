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
	opening sync.RWMutex // read-locked during a call of socket, so that Cut waits for its end

	alive context.Context // ends with net.ErrClosed when Cut is called
	end   context.CancelCauseFunc
	open  open
}

// NewSockets returns the Sockets of a new link. socket opens a TCP socket at one of its ends; see
// Socket.
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

// newSocket opens a socket, unless the link has closed. The link does not close during the call.
func (s *Sockets) newSocket(at netem.End) (int, error) {
	s.opening.RLock()
	defer s.opening.RUnlock()
	if s.alive.Err() != nil {
		return -1, net.ErrClosed
	}
	return s.socket(at)
}

// SetCongestion sets the congestion control of all open and future connections and listeners. If the
// kernel lacks c, nothing changes and the error is a sentence.
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

// reason returns why a dial failed: the cause of a context that has ended, else err. When a link closes,
// err may be any of several errors.
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

// Cut closes all connections and listeners at once. Nothing can be opened afterwards.
func (s *Sockets) Cut() {
	s.end(net.ErrClosed)
	s.opening.Lock()
	s.open.cut()
	s.opening.Unlock()
}

// conn is a TCP connection that its link can cut.
type conn struct {
	*net.TCPConn
	open *open
}

// Close implements net.Conn. Data that was written before is still sent.
func (c *conn) Close() error {
	c.open.forget(c)
	return c.TCPConn.Close()
}

// cut ends the connection at once. Without the linger option the kernel would go on sending unsent data,
// and keep the namespace alive for it.
func (c *conn) cut() {
	_ = c.SetLinger(0) // an error means that the connection is closed already
	_ = c.TCPConn.Close()
}

// listener is a listener that its link can cut.
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

// open is the set of open connections and listeners of a link.
type open struct {
	mu         sync.Mutex
	all        map[socket]bool
	closed     bool
	congestion study.CongestionControl // of all connections and listeners
}

// socket is a connection or a listener.
type socket interface {
	syscall.Conn
	cut()
}

// current returns the congestion control of new sockets.
func (o *open) current() study.CongestionControl {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.congestion
}

// setCongestion sets the congestion control of all sockets. The kernel must have c.
func (o *open) setCongestion(c study.CongestionControl) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.congestion = c
	for one := range o.all {
		o.conform(one)
	}
}

// conform sets the congestion control of one socket. It ignores errors, which mean that the socket is
// closed already. The caller holds mu.
func (o *open) conform(one socket) {
	if raw, err := one.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = setCongestion(int(fd), o.congestion) })
	}
}

// remember adds an accepted or dialled connection to the set.
func (o *open) remember(tcp *net.TCPConn) (net.Conn, error) {
	// Keep-alives would add packets, which would be counted.
	_ = tcp.SetKeepAlive(false) // an error means that the connection has ended, as its user will notice
	c := &conn{TCPConn: tcp, open: o}
	if err := o.add(c); err != nil {
		return nil, err
	}
	return c, nil
}

// add adds a socket to the set, or cuts it if the link has closed. It sets the congestion control again,
// because that may have changed since the socket was opened.
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

// cut cuts all sockets. Nothing can be added afterwards.
func (o *open) cut() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for one := range o.all {
		one.cut()
	}
	clear(o.all)
}
