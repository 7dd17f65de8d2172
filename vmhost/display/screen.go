package display

import (
	"context"
	"image"
	"image/color"
	"net"
	"sync"
	"time"

	"vmstudy/keyboard"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/server"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/vmhost/inlet"
)

// A Screen shows a machine's display to any number of viewers over RFB, and passes their input to its
// keyboard and mouse.
type Screen struct {
	server  *server.Server
	console *Console
	board   *board
	looker  *looker // nil if the guest says when it has drawn
	cancel  context.CancelFunc
	working sync.WaitGroup

	mu      sync.Mutex
	viewers map[net.Conn]bool // our ends of the viewers' connections; nil once the display is gone

	// Only the sink uses these; its methods are called one at a time.
	shape   screen.Shape
	visible bool
	sizes   wire.Sizes
}

// A Guest is what a Screen needs to know about the machine that it shows.
type Guest struct {
	// Inlet is what the input of viewers passes. Its Run is the caller's task.
	Inlet *inlet.Inlet
	// Keyboard is the layout of the guest's keyboard. If it is nil, keys arrive by their places.
	Keyboard *keyboard.Layout
	// Look, unless nil, makes QEMU look at the guest's screen at once. It is for guests that do not say when they have drawn.
	Look func(context.Context) error
}

// A Viewer is who looks at a Screen. The zero Viewer is nobody in particular.
type Viewer struct {
	// Keyboard is the layout of the viewer's own keyboard; nil if it is not known.
	Keyboard *keyboard.Layout
	// Told, unless nil, is called with what became of each input.
	Told func(*tap.Delivery)
}

// Open begins to show the display of a QEMU.
func Open(ctx context.Context, p Peer, g Guest) (*Screen, error) {
	s := &Screen{
		server: server.New(image.Pt(1, 1)), board: &board{inlet: g.Inlet, room: g.Inlet.Room(), layout: g.Keyboard},
		viewers: map[net.Conn]bool{}, visible: true,
	}
	s.server.Name = "desktop"
	var err error
	if s.console, err = Connect(ctx, p, sink{s}); err != nil {
		return nil, err
	}
	s.board.controls = s.console
	ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if g.Look != nil {
		s.looker = &looker{look: g.Look, stir: make(chan struct{}, 1)}
		s.working.Go(func() { _ = s.looker.run(ctx) }) // an error means that the machine has ended
	}
	s.working.Go(func() {
		<-s.console.Done()
		s.shut()
	})
	return s, nil
}

// Dial returns a viewer's connection to the screen. The connection ends with the machine. Afterwards Dial
// returns net.ErrClosed.
func (s *Screen) Dial(v Viewer) (net.Conn, error) {
	viewer, ours := net.Pipe()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.viewers == nil {
		return nil, net.ErrClosed
	}
	s.viewers[ours] = true
	s.working.Go(func() { s.serve(ours, v) })
	return viewer, nil
}

func (s *Screen) serve(conn net.Conn, v Viewer) {
	h, count := newHands(s.board, v.Keyboard), inlet.Counter{Told: v.Told}
	// It does not matter how a viewer's connection ended.
	_ = s.server.ServeTo(conn, func(m wire.ClientMessage) {
		if !h.do(m, s.server.Size(), count.Next()) {
			_ = conn.Close() // no person sends so much input
		}
		s.Stir()
	})
	h.letGo()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.viewers, conn)
}

// Flush returns when QEMU has processed all input that was sent before.
func (s *Screen) Flush(ctx context.Context) error { return s.console.flush(ctx) }

// Stir makes QEMU look often at the screen for a while, if the guest does not say when it has drawn. Call it when the
// guest may be about to draw.
func (s *Screen) Stir() {
	if s.looker != nil {
		s.looker.woken()
	}
}

// shut closes every viewer's connection.
func (s *Screen) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.viewers {
		_ = conn.Close()
	}
	s.viewers = nil
}

// Done is closed when the display is gone: after Close, when the machine has ended, or when QEMU sent
// something that makes no sense.
func (s *Screen) Done() <-chan struct{} { return s.console.Done() }

// Err returns why the display is gone: dbus.ErrClosed if its machine has ended. It is nil before Done, after a
// Close, and for a nil Screen.
func (s *Screen) Err() error {
	if s == nil {
		return nil
	}
	return s.console.Err()
}

// Close closes every viewer's connection and the connection to QEMU.
func (s *Screen) Close() error {
	s.cancel()
	err := s.console.Close()
	s.working.Wait()
	return err
}

// sink is the Sink of a Screen.
type sink struct{ *Screen }

func (s sink) Scanout(whole Pixels) error {
	if _, err := whole.order(); err != nil {
		return err
	}
	if size := image.Pt(whole.W, whole.H); size != s.server.Size() {
		if err := s.sizes.Change(time.Now()); err != nil {
			return err
		}
		s.server.SetSize(size)
	}
	return s.Update(image.Point{}, whole)
}

func (s sink) Update(at image.Point, part Pixels) error {
	order, err := part.order()
	if err != nil {
		return err
	}
	s.server.Draw(part.area(at), func(screen *image.RGBA) { part.paint(screen, at, order) })
	return nil
}

func (s sink) Cursor(c Cursor) error {
	picture := image.NewNRGBA(image.Rectangle{Max: c.Size})
	for i := 0; i < len(picture.Pix); i += 4 {
		d := c.Data[i : i+4] // colours are premultiplied with alpha, as in X
		n := color.NRGBAModel.Convert(color.RGBA{R: d[2], G: d[1], B: d[0], A: d[3]}).(color.NRGBA)
		copy(picture.Pix[i:], []uint8{n.R, n.G, n.B, n.A})
	}
	s.shape = screen.Shape{Hot: c.Hot, Image: picture}
	if s.visible {
		s.server.SetShape(s.shape)
	}
	return nil
}

// Pointer notes where the guest has the pointer, and whether it shows it.
func (s sink) Pointer(at image.Point, visible bool) error {
	s.server.SetPointer(at)
	if visible == s.visible {
		return nil
	}
	s.Screen.visible = visible
	if visible {
		s.server.SetShape(s.shape)
	} else {
		s.server.SetShape(screen.Shape{})
	}
	return nil
}

func (s sink) LEDs(lit uint8) {
	s.board.caps.shown(wire.Lamps(lit)&wire.CapsLock != 0)
	s.server.SetLamps(wire.Lamps(lit))
}
