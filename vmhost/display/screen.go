package display

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
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
// keyboard and mouse. When the machine goes on in another QEMU, the Screen can follow it; its viewers stay connected.
type Screen struct {
	server *server.Server
	board  *board
	over   chan struct{} // closed when the display is gone
	ending sync.WaitGroup

	mu      sync.Mutex
	viewers map[net.Conn]bool // our ends of the viewers' connections; nil once the display is gone
	from    *source           // nil while the Screen changes from one QEMU to another, and before the first
	follows bool              // from Follow until Unveil: if from ends, the Screen waits for another
	why     error             // why the display is gone; valid after over

	drawing sync.Mutex // guards what the sink uses
	shape   screen.Shape
	visible bool
	sizes   wire.Sizes
	veil    *image.RGBA // the picture that a QEMU shows while it loads its state; nil when it is shown to the viewers
}

// source is the QEMU whose display a Screen shows.
type source struct {
	console *Console
	looker  *looker // nil if the guest says when it has drawn
	cancel  context.CancelFunc
	looking sync.WaitGroup
}

// A Guest is what a Screen needs to know about the machine that it shows.
type Guest struct {
	// Inlet is what the input of viewers passes. Its Run is the caller's task.
	Inlet *inlet.Inlet
	// Keyboard is the layout of the guest's keyboard. If it is nil, keys arrive by their places.
	Keyboard *keyboard.Layout
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
		server: server.New(image.Pt(1, 1)), board: &board{inlet: g.Inlet, room: g.Inlet.Room(), layout: g.Keyboard, down: map[uint32]bool{}},
		over: make(chan struct{}), viewers: map[net.Conn]bool{}, visible: true,
	}
	s.server.Name = "desktop"
	return s, s.connect(ctx, p)
}

// Follow shows the display of another QEMU, in which the machine goes on. The viewers keep the last picture until Unveil, and what
// they do must be kept back until then. After an error the Screen shows nothing; it can Follow once more.
func (s *Screen) Follow(ctx context.Context, p Peer) error {
	s.leave()
	s.board.caps.follow()
	s.drawing.Lock()
	s.veil = image.NewRGBA(image.Rectangle{})
	s.drawing.Unlock()
	return s.connect(ctx, p)
}

// connect begins to show the display of a QEMU.
func (s *Screen) connect(ctx context.Context, p Peer) error {
	console, err := Connect(ctx, p, sink{s})
	if err != nil {
		return err
	}
	f := &source{console: console}
	ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if p.Look != nil {
		f.looker = &looker{look: p.Look, stir: make(chan struct{}, 1)}
		f.looking.Go(func() { _ = f.looker.run(ctx) }) // an error means that the machine has ended
	}
	s.board.follow(console)
	if !s.begin(f) {
		return errors.Join(net.ErrClosed, f.close())
	}
	return nil
}

// begin makes f what the Screen shows, and closes the Screen when f ends. It reports false if the Screen is closed already.
func (s *Screen) begin(f *source) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.viewers == nil {
		return false
	}
	s.from = f
	s.ending.Go(func() {
		<-f.console.Done()
		s.shut(f)
	})
	return true
}

// leave lets go of the QEMU that is shown. The viewers stay.
func (s *Screen) leave() {
	s.mu.Lock()
	f := s.from
	s.from, s.follows = nil, true
	s.mu.Unlock()
	if f != nil {
		_ = f.close()
	}
}

func (f *source) close() error {
	f.cancel()
	err := f.console.Close()
	f.looking.Wait()
	return err
}

// Unveil shows the viewers what the QEMU shows that the Screen followed. They get only what differs from the last picture: an update
// that changes nothing would look like an answer to what somebody did last. If that QEMU is gone already, the error is net.ErrClosed.
func (s *Screen) Unveil() error {
	s.mu.Lock()
	s.follows = s.from == nil
	gone := s.follows
	s.mu.Unlock()
	if gone {
		return net.ErrClosed
	}
	s.drawing.Lock()
	defer s.drawing.Unlock()
	now := s.veil
	if s.veil = nil; now == nil || now.Rect.Empty() {
		return nil
	}
	if now.Rect.Size() != s.server.Size() {
		if err := s.sizes.Change(time.Now()); err != nil {
			return err
		}
		s.server.SetSize(now.Rect.Size())
	}
	s.server.Draw(now.Rect, func(screen *image.RGBA) { draw.Draw(screen, now.Rect, now, image.Point{}, draw.Src) })
	return nil
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
	s.ending.Go(func() { s.serve(ours, v) })
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

// source returns the QEMU that is shown, or an error if there is none.
func (s *Screen) source() (*source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.from == nil {
		return nil, net.ErrClosed
	}
	return s.from, nil
}

// Flush returns when QEMU has processed all input that was sent before.
func (s *Screen) Flush(ctx context.Context) error {
	f, err := s.source()
	if err != nil {
		return err
	}
	return f.console.flush(ctx)
}

// Stir makes QEMU look often at the screen for a while, if the guest does not say when it has drawn. Call it when the
// guest may be about to draw.
func (s *Screen) Stir() {
	if f, err := s.source(); err == nil && f.looker != nil {
		f.looker.woken()
	}
}

// shut closes every viewer's connection because f has ended, unless the Screen has left it, or does not show it yet.
func (s *Screen) shut(f *source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.from != f:
	case s.follows:
		s.from = nil
	default:
		s.end(f.console.Err())
	}
}

// end closes every viewer's connection. mu is locked.
func (s *Screen) end(why error) {
	if s.viewers == nil {
		return
	}
	for conn := range s.viewers {
		_ = conn.Close()
	}
	s.viewers, s.why = nil, why
	close(s.over)
}

// Done is closed when the display is gone: after Close, when the machine has ended, or when QEMU sent
// something that makes no sense.
func (s *Screen) Done() <-chan struct{} { return s.over }

// Err returns why the display is gone: dbus.ErrClosed if its machine has ended. It is nil before Done, after a
// Close, and for a nil Screen.
func (s *Screen) Err() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

// Close closes every viewer's connection and the connection to QEMU.
func (s *Screen) Close() error {
	s.mu.Lock()
	f := s.from
	s.mu.Unlock()
	var err error
	if f != nil {
		err = f.close()
	}
	s.mu.Lock()
	s.end(nil)
	s.mu.Unlock()
	s.ending.Wait()
	return err
}

// sink is the Sink of a Screen.
type sink struct{ *Screen }

func (s sink) Scanout(whole Pixels) error {
	order, err := whole.order()
	if err != nil {
		return err
	}
	s.drawing.Lock()
	defer s.drawing.Unlock()
	switch size := image.Pt(whole.W, whole.H); {
	case s.veil != nil:
		s.veil = image.NewRGBA(image.Rectangle{Max: size})
	case size != s.server.Size():
		if err := s.sizes.Change(time.Now()); err != nil {
			return err
		}
		s.server.SetSize(size)
	}
	s.update(image.Point{}, whole, order)
	return nil
}

func (s sink) Update(at image.Point, part Pixels) error {
	order, err := part.order()
	if err != nil {
		return err
	}
	s.drawing.Lock()
	defer s.drawing.Unlock()
	s.update(at, part, order)
	return nil
}

// update draws a part of the screen. drawing is locked.
func (s sink) update(at image.Point, part Pixels, order uint32) {
	if s.veil != nil {
		part.paint(s.veil, at, order)
		return
	}
	s.server.Draw(part.area(at), func(screen *image.RGBA) { part.paint(screen, at, order) })
}

func (s sink) Cursor(c Cursor) error {
	picture := image.NewNRGBA(image.Rectangle{Max: c.Size})
	for i := 0; i < len(picture.Pix); i += 4 {
		d := c.Data[i : i+4] // colours are premultiplied with alpha, as in X
		n := color.NRGBAModel.Convert(color.RGBA{R: d[2], G: d[1], B: d[0], A: d[3]}).(color.NRGBA)
		copy(picture.Pix[i:], []uint8{n.R, n.G, n.B, n.A})
	}
	s.drawing.Lock()
	defer s.drawing.Unlock()
	if s.veil != nil && s.shape.Equal(screen.Shape{Hot: c.Hot, Image: picture}) {
		return nil // told once more, since the state was loaded
	}
	s.shape = screen.Shape{Hot: c.Hot, Image: picture}
	if s.visible {
		s.server.SetShape(s.shape)
	}
	return nil
}

// Pointer notes where the guest has the pointer, and whether it shows it.
func (s sink) Pointer(at image.Point, visible bool) error {
	s.drawing.Lock()
	defer s.drawing.Unlock()
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
	s.drawing.Lock()
	defer s.drawing.Unlock()
	if s.veil != nil {
		return // a QEMU does not know the lamps of a guest whose state it loads, and says that all are dark
	}
	s.board.caps.shown(wire.Lamps(lit)&wire.CapsLock != 0)
	s.server.SetLamps(wire.Lamps(lit))
}
