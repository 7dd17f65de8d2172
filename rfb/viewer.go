package rfb

import (
	"errors"
	"image"
	"slices"
	"sync"
)

// viewer is one connection to a [Server]. Two goroutines serve it: one listens, one sends.
// Server.mu guards all but what belongs to one of them.
type viewer struct {
	server *Server
	in     *Reader             // the listener's
	input  func(ClientMessage) // the listener's; nil where input goes nowhere
	wake   *sync.Cond
	gone   bool
	failed error // why it was sent away

	damage  damage
	asked   image.Rectangle // of which an update was asked for and is not sent yet
	unasked image.Rectangle // of which updates may come without being asked for
	flying  int             // updates that came so and are not known to have arrived

	format    *PixelFormat // to be obeyed before the next update; nil if obeyed
	encodings SetEncodings // the latest
	renewed   bool         // encodings is to be obeyed before the next update
	untold    map[Encoding]bool
	sizeWhy   [2]uint16 // of the size that is untold
	replies   []byte    // messages to be sent before the next update

	// The sender's.
	encoder *Encoder
	shown   *image.RGBA // what the viewer's screen shows
	out     []byte
	changed []image.Rectangle
}

const (
	// maxFlying is how many updates may be on their way to a viewer that does not ask for
	// each: enough to fill a long line, few enough to stay close to the present.
	maxFlying = 3
	// maxReplies is how many bytes may wait to be sent; a viewer that asks for more is not
	// listened to until it takes some.
	maxReplies = 64 << 10
)

func newViewer(s *Server, in *Reader, size image.Point) *viewer {
	return &viewer{
		server: s, in: in, wake: sync.NewCond(&s.mu),
		damage: newDamage(size), untold: map[Encoding]bool{},
		encoder: NewEncoder(RGBX, s.Lossy), shown: newScreen(size),
	}
}

// listen takes messages until the connection ends.
func (v *viewer) listen() error {
	for {
		m, err := ReadClientMessage(v.in, false)
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case KeyEvent, QEMUKeyEvent, PointerEvent:
			if v.input != nil {
				v.input(m)
			}
		case SetDesktopSize:
			v.wish(m)
		default:
			if err := v.obey(m); err != nil {
				return err
			}
		}
	}
}

// wish lets the server's owner decide about another size.
func (v *viewer) wish(m SetDesktopSize) {
	result := ResizeProhibited
	if v.server.Resize != nil {
		result = v.server.Resize(m)
	}
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	v.resized(ResizedByClient, result)
}

var errNoTrueColour = errors.New("viewer wants pixels of more than 8 bits without true colour")

// obey takes a message in that changes what the sender does.
func (v *viewer) obey(m ClientMessage) error {
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	defer v.wake.Broadcast()
	switch m := m.(type) {
	case FramebufferUpdateRequest:
		area := areaOf(m.X, m.Y, m.W, m.H)
		if !m.Incremental {
			v.damage.renew(area)
		}
		v.asked = v.asked.Union(area)
	case EnableContinuousUpdates:
		v.continuous(m)
	case SetPixelFormat:
		if f := m.Format; !f.TrueColour && f.BitsPerPixel != 8 {
			return errNoTrueColour
		}
		v.format = &m.Format
		if !m.Format.TrueColour {
			v.reply(ColourMap())
		}
	case SetEncodings:
		v.renew(m)
	case Fence:
		if m.Flags&FenceRequest != 0 {
			v.reply(m.Answer())
		} else if v.flying > 0 {
			v.flying--
		}
	}
	for !v.gone && len(v.replies) > maxReplies {
		v.wake.Wait()
	}
	return nil
}

func areaOf(x, y, w, h uint16) image.Rectangle { return Rectangle{X: x, Y: y, W: w, H: h}.Area() }

func (v *viewer) continuous(m EnableContinuousUpdates) {
	was := !v.unasked.Empty()
	v.unasked = image.Rectangle{}
	if m.Enable {
		v.unasked = areaOf(m.X, m.Y, m.W, m.H)
	} else if was {
		v.reply(EndOfContinuousUpdates{})
	}
}

// renew obeys a new list of encodings: what the viewer understands now and did not before is
// told.
func (v *viewer) renew(m SetEncodings) {
	before := v.encodings
	v.encodings, v.renewed = m, true
	for _, e := range []Encoding{ExtendedKeyEvent, ExtendedDesktopSize, Cursor, AlphaCursor, LEDState} {
		if !slices.Contains(before, e) {
			v.tell(e)
		}
	}
	could := slices.Contains(before, Fences) && slices.Contains(before, ContinuousUpdates)
	if v.can(Fences) && v.can(ContinuousUpdates) && !could {
		v.reply(Fence{Flags: FenceRequest | FenceBlockBefore})
		v.flying++ // for the answer to this one
		v.reply(EndOfContinuousUpdates{})
	}
}

func (v *viewer) can(e Encoding) bool { return slices.Contains(v.encodings, e) }

// tell makes the sender tell something that is no pixels, if the viewer understands it.
func (v *viewer) tell(e Encoding) {
	switch {
	case !v.can(e),
		(e == Cursor || e == AlphaCursor) && v.server.shape == nil,
		e == LEDState && v.server.lamps == nil:
		return
	case e == AlphaCursor:
		e = Cursor
	}
	v.untold[e] = true
	v.wake.Broadcast()
}

// reply makes the sender send a message.
func (v *viewer) reply(m interface{ Append([]byte) []byte }) {
	v.replies = m.Append(v.replies)
	v.wake.Broadcast()
}

// resized makes the sender tell the screen's size, and why it is told.
func (v *viewer) resized(why, result uint16) {
	size := v.server.screen.Rect.Size()
	if size != v.damage.size {
		v.damage = newDamage(size)
		v.damage.renew(image.Rectangle{Max: size})
		v.untold[DesktopSize] = true
	}
	v.sizeWhy = [2]uint16{why, result}
	if v.can(ExtendedDesktopSize) {
		v.untold[ExtendedDesktopSize] = true
	}
	v.wake.Broadcast()
}
