package thinbench

import (
	"context"
	"errors"
	"image"
	"image/draw"
	"net"
	"sync/atomic"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/server"
	"vmstudy/rfb/wire"
)

// serving returns what dials a server of ours that shows a picture.
func serving(m *image.RGBA) func(context.Context) (net.Conn, error) {
	s := server.New(m.Rect.Size())
	s.Draw(m.Rect, func(screen *image.RGBA) { draw.Draw(screen, screen.Rect, m, image.Point{}, draw.Src) })
	return func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		go func() { _ = s.Serve(far) }() // until the robot hangs up
		return near, nil
	}
}

// look asks a server for one update of its whole screen, and returns what it took and how near to want it is.
func look(ctx context.Context, dial func(context.Context) (net.Conn, error), want *image.RGBA, wishes ...wire.Encoding) (p point, err error) {
	conn, err := dial(ctx)
	if err != nil {
		return p, err
	}
	counted := &counted{Conn: conn}
	c, err := robot.View{Encodings: wishes}.Connect(ctx, counted)
	if err != nil {
		return p, err
	}
	if _, err = c.WaitChange(ctx, 0); err == nil {
		p = point{counted.read.Load(), ssim(want, c.Screen())}
	}
	return p, errors.Join(err, c.Close())
}

// counted is a connection that counts what is read.
type counted struct {
	net.Conn
	read atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}
