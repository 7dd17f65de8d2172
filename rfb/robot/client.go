// Package robot looks at a machine's screen, types and points, without a person.
package robot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"net"
	"slices"
	"sync"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// Client is a robot at a machine's screen: it sees what is drawn, types and points.
//
// It asks for the next changes as soon as some have come. Its methods are safe for
// concurrent use. It must be closed.
type Client struct {
	conn   net.Conn
	writes sync.Mutex // one message at a time
	done   chan struct{}

	asks  bool       // for each update; else they come by themselves; used by run only
	sizes wire.Sizes // used by run only

	mu      sync.Mutex
	front   *image.RGBA   // what the last update left
	changes []Change      // the latest maxChanges
	turned  chan struct{} // closed at each update and when err is set
	err     error         // why nothing more will come
}

// Change is one update that drew something.
type Change struct {
	N    int             // from 1
	At   time.Time       // when it was fully read
	Area image.Rectangle // smallest rectangle around what was drawn
}

// View says how a robot wants its pictures. The zero View wants them without compression,
// which costs a machine nearby the least.
type View struct {
	// Encodings of pixels, the best first, and wishes for quality and compression. The robot adds
	// what else it understands.
	Encodings []wire.Encoding
	// Format of pixels; the zero value stands for RGBX.
	Format wire.PixelFormat
	// Unasked lets updates come without a request for each, if the machine can do that.
	Unasked bool
}

// maxChanges is how far back WaitChange can look.
const maxChanges = 1024

// Connect is the Connect of the zero [View].
func Connect(ctx context.Context, conn net.Conn) (*Client, error) { return View{}.Connect(ctx, conn) }

// Connect shakes hands on conn, which then belongs to the Client even if it fails, and asks
// for the screen. The machine must want no password. It does not wait for the first picture:
// WaitChange(ctx, 0) does.
func (v View) Connect(ctx context.Context, conn net.Conn) (*Client, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	r := wire.NewReader(bufio.NewReaderSize(conn, 64<<10))
	init, err := wire.Greet(conn, r)
	if err == nil {
		_, err = conn.Write(v.hello(init))
	}
	if !stop() {
		return nil, fmt.Errorf("connecting to a screen: %w", context.Cause(ctx))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connecting to a screen: %w", err), conn.Close())
	}
	back := screen.NewFramebuffer(image.Pt(int(init.W), int(init.H)), v.format())
	c := &Client{
		conn:   conn,
		done:   make(chan struct{}),
		asks:   true,
		front:  copyOf(back.Picture()),
		turned: make(chan struct{}),
	}
	go c.run(r, back)
	return c, nil
}

// copyOf returns a picture of its own.
func copyOf(m *image.RGBA) *image.RGBA {
	return &image.RGBA{Pix: append([]uint8(nil), m.Pix...), Stride: m.Stride, Rect: m.Rect}
}

func (v View) format() wire.PixelFormat {
	if v.Format == (wire.PixelFormat{}) {
		return wire.RGBX
	}
	return v.Format
}

// hello says how the robot wants its pictures, and asks for the first.
func (v View) hello(init wire.ServerInit) []byte {
	b := wire.SetPixelFormat{Format: v.format()}.Append(nil)
	encodings := wire.SetEncodings(v.Encodings)
	if len(encodings) == 0 {
		encodings = wire.SetEncodings{wire.CopyRect, wire.Raw}
	}
	encodings = append(slices.Clone(encodings), wire.DesktopSize, wire.ExtendedDesktopSize, wire.LastRect)
	if v.Unasked {
		encodings = append(encodings, wire.Fences, wire.ContinuousUpdates)
	}
	b = encodings.Append(b)
	return wire.FramebufferUpdateRequest{W: init.W, H: init.H}.Append(b)
}

// Close ends the connection and waits until nothing uses it any more.
func (c *Client) Close() error {
	err := c.conn.Close()
	<-c.done
	return err
}

// Size returns the width and height of the screen, in pixels.
func (c *Client) Size() image.Point {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.front.Rect.Size()
}

// Screen returns a copy of what is on the screen: complete updates only, black where none
// has come yet.
func (c *Client) Screen() *image.RGBA {
	c.mu.Lock()
	defer c.mu.Unlock()
	return copyOf(c.front)
}

// Changes returns how many updates have drawn something so far. Taken before an input, it
// tells WaitChange which updates are too old to answer it.
func (c *Client) Changes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen()
}

// seen is Changes; mu must be locked.
func (c *Client) seen() int {
	if len(c.changes) == 0 {
		return 0
	}
	return c.changes[len(c.changes)-1].N
}

// WaitChange returns the first change after the given number of them. So that none is
// missed, that number is taken before what causes the change:
//
//	before := c.Changes()
//	err := c.Key(ctx, 'a', true)
//	change, err := c.WaitChange(ctx, before)
func (c *Client) WaitChange(ctx context.Context, after int) (Change, error) {
	for {
		c.mu.Lock()
		turned, err, seen := c.turned, c.err, c.seen()
		if seen > after {
			defer c.mu.Unlock()
			first := max(after, c.changes[0].N-1)
			return c.changes[len(c.changes)-(seen-first)], nil
		}
		c.mu.Unlock()
		if err != nil {
			return Change{}, fmt.Errorf("waiting for change %d of the screen: %w", after+1, err)
		}
		select {
		case <-turned:
		case <-ctx.Done():
			return Change{}, fmt.Errorf("waiting for change %d of the screen: %w", after+1, context.Cause(ctx))
		}
	}
}

// WaitQuiet waits until nothing has been drawn for d, counted from the call.
func (c *Client) WaitQuiet(ctx context.Context, d time.Duration) error {
	for {
		quiet, cancel := context.WithTimeoutCause(ctx, d, errQuiet)
		_, err := c.WaitChange(quiet, c.Changes())
		cancel()
		if errors.Is(err, errQuiet) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

var errQuiet = errors.New("the screen is quiet")
