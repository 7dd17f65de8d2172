package server

import (
	"errors"
	"image"
	"math"
	"slices"
	"sync"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// viewer is one connection to a [Server]. Two goroutines serve it: one listens, one sends.
// Server.mu guards all fields but those that only one of them uses.
type viewer struct {
	server *Server
	in     *wire.Reader             // the listener's
	input  func(wire.ClientMessage) // the listener's; nil where input goes nowhere
	wake   *sync.Cond
	gone   bool
	failed error // why it was sent away

	damage  damage
	blurred damage          // what the viewer has with loss
	stirred time.Time       // when the screen changed last, or the viewer said that it has the latest change
	sharp   bool            // the latest update was a refresh
	answers bool            // the latest update may answer an input
	asked   image.Rectangle // the area of which the viewer has asked for an update that is not sent yet
	unasked image.Rectangle // the area of which updates may be sent without being asked for
	wanted  image.Rectangle // the area of the next update, once it may be sent
	pace    pace            // of updates without being asked for
	urgent  bool            // there was an input since the latest update: the next may answer it
	buttons uint16          // of the pointer that are down
	drawn   bool            // the pointer is a part of the picture
	alarm   *time.Timer     // wakes the sender when the pace may allow an update
	gap     time.Duration   // the least time between two updates; 0 for none
	latest  time.Time       // when the latest update was sent

	format    *wire.PixelFormat // to be obeyed before the next update; nil if obeyed
	encodings wire.SetEncodings // the latest
	renewed   bool              // encodings is to be obeyed before the next update
	untold    map[wire.Encoding]bool
	sizeWhy   [2]uint16 // of the size that is untold
	replies   []byte    // messages to be sent before the next update

	// The sender's.
	encoder *screen.Encoder
	shown   *image.RGBA // what the viewer's screen shows
	motion  motion
	out     []byte
	changed []image.Rectangle

	film      film
	filmRate  int64           // bits a second that films may take as H.264; 0 if there are none
	reel      *reel           // the film that is being sent; nil if there is none
	projected image.Rectangle // where the update has a picture of it
	late      image.Rectangle // what of the film the latest update left out, so that an answer came first
	owed      bool            // the update was to have what had been late
}

// maxReplies is how many bytes may wait to be sent; a viewer that asks for more is not listened to until it takes some.
const maxReplies = 64 << 10

func newViewer(s *Server, in *wire.Reader, size image.Point) *viewer {
	v := &viewer{
		server: s, in: in, wake: sync.NewCond(&s.mu),
		damage: newDamage(size), blurred: newDamage(size), untold: map[wire.Encoding]bool{},
		encoder: screen.NewEncoder(wire.RGBX), shown: newScreen(size),
	}
	v.encoder.InMotion = func(area image.Rectangle) bool { return v.motion.at(area, time.Now()) }
	v.alarm = time.AfterFunc(never, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		v.wake.Broadcast()
	})
	return v
}

// never is how far an alarm is away that is not set.
const never = math.MaxInt64

// listen takes messages until the connection ends.
func (v *viewer) listen() error {
	for {
		m, err := wire.ReadClientMessage(v.in, false)
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case wire.KeyEvent, wire.QEMUKeyEvent, wire.PointerEvent:
			v.hurry(m)
			if v.input != nil {
				v.input(m)
			}
		case wire.SetDesktopSize:
			v.wish(m)
		default:
			if err := v.obey(m); err != nil {
				return err
			}
		}
	}
}

// hurry notes an input whose answer the viewer waits for: a key, or a button of the pointer.
func (v *viewer) hurry(m wire.ClientMessage) {
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	if p, points := m.(wire.PointerEvent); points {
		if p.Buttons == v.buttons {
			return
		}
		v.buttons = p.Buttons
	}
	v.urgent = true
}

// wish lets Server.Resize decide about another size.
func (v *viewer) wish(m wire.SetDesktopSize) {
	result := wire.ResizeProhibited
	if v.server.Resize != nil {
		result = v.server.Resize(m)
	}
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	v.resized(wire.ResizedByClient, result)
}

var errNoTrueColour = errors.New("viewer wants pixels of more than 8 bits without true colour")

// obey notes a message that changes what the sender does.
func (v *viewer) obey(m wire.ClientMessage) error {
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	defer v.wake.Broadcast()
	switch m := m.(type) {
	case wire.FramebufferUpdateRequest:
		area := areaOf(m.X, m.Y, m.W, m.H)
		if !m.Incremental {
			v.damage.renew(area)
		}
		v.asked = v.asked.Union(area)
		v.hasLatest()
	case wire.EnableContinuousUpdates:
		v.continuous(m)
	case wire.SetPixelFormat:
		if f := m.Format; !f.TrueColour && f.BitsPerPixel != 8 {
			return errNoTrueColour
		}
		v.format = &m.Format
		if !m.Format.TrueColour {
			v.reply(screen.ColourMap())
		}
	case wire.SetEncodings:
		v.renew(m)
	case wire.Fence:
		if m.Flags&wire.FenceRequest != 0 {
			v.reply(m.Answer())
		} else if m.Payload != wire.RefreshMark {
			v.pace.came(time.Now())
			v.hasLatest()
		}
	}
	for !v.gone && len(v.replies) > maxReplies {
		v.wake.Wait()
	}
	return nil
}

func areaOf(x, y, w, h uint16) image.Rectangle { return wire.Rectangle{X: x, Y: y, W: w, H: h}.Area() }

func (v *viewer) continuous(m wire.EnableContinuousUpdates) {
	was := !v.unasked.Empty()
	v.unasked = image.Rectangle{}
	if m.Enable {
		v.unasked = areaOf(m.X, m.Y, m.W, m.H)
	} else if was {
		v.reply(wire.EndOfContinuousUpdates{})
	}
}

// renew obeys a new list of encodings. The viewer is told what it understands now and did not before.
func (v *viewer) renew(m wire.SetEncodings) {
	before := v.encodings
	v.encodings, v.renewed = m, true
	if drawn := slices.Contains(m, wire.DrawnPointer); drawn != v.drawn {
		v.drawn = drawn
		v.damage.add(v.server.pointerArea())
	}
	for _, e := range []wire.Encoding{wire.ExtendedKeyEvent, wire.ExtendedDesktopSize, wire.Cursor, wire.AlphaCursor, wire.LEDState} {
		if !slices.Contains(before, e) {
			v.tell(e)
		}
	}
	could := slices.Contains(before, wire.Fences) && slices.Contains(before, wire.ContinuousUpdates)
	if v.can(wire.Fences) && v.can(wire.ContinuousUpdates) && !could {
		v.reply(wire.Fence{Flags: wire.FenceRequest | wire.FenceBlockBefore})
		v.pace.sent(time.Now(), 0)
		v.reply(wire.EndOfContinuousUpdates{})
	}
}

func (v *viewer) can(e wire.Encoding) bool { return slices.Contains(v.encodings, e) }

// tell makes the sender send a rectangle that is no pixels, if the viewer understands it.
func (v *viewer) tell(e wire.Encoding) {
	switch {
	case !v.can(e),
		(e == wire.Cursor || e == wire.AlphaCursor) && v.server.shape == nil,
		e == wire.LEDState && v.server.lamps == nil:
		return
	case e == wire.AlphaCursor:
		e = wire.Cursor
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
		v.damage, v.blurred = newDamage(size), newDamage(size)
		v.damage.renew(image.Rectangle{Max: size})
		v.untold[wire.DesktopSize] = true
	}
	v.sizeWhy = [2]uint16{why, result}
	if v.can(wire.ExtendedDesktopSize) {
		v.untold[wire.ExtendedDesktopSize] = true
	}
	v.wake.Broadcast()
}
