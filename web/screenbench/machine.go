package screenbench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"sync"
	"time"

	"vmstudy/rfb/wire"
)

// Orders to a machine. A viewer sends them as keys; the low bits are a number.
const (
	orderEcho   uint32 = 0x1000000 // the second of two orders is answered with a message of 16 bytes
	orderStream uint32 = 0x2000000 // plus the number of frames
	orderPlay   uint32 = 0x3000000 // plus the number of the viewer
	orderPour   uint32 = 0x4000000 // plus the rate in MB/s
)

// screenSize is the size of every desktop in this package.
var screenSize = image.Pt(1280, 800)

// machines is the far end: each connection to it is a machine that obeys orders.
type machines struct {
	listener net.Listener
	played   film
	serving  sync.WaitGroup
}

func startMachines(played film) (*machines, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	m := &machines{listener: l, played: played}
	m.serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			m.serving.Go(func() { _ = m.serve(c) }) // ends when the viewer disconnects
		}
	})
	return m, nil
}

func (m *machines) close() {
	_ = m.listener.Close()
	m.serving.Wait()
}

func (m *machines) addr() string { return m.listener.Addr().String() }

func (m *machines) serve(c net.Conn) error {
	defer c.Close()
	r := wire.NewReader(bufio.NewReader(c))
	init := wire.ServerInit{W: uint16(screenSize.X), H: uint16(screenSize.Y), Format: wire.RGBX, Name: "bench"}
	if err := wire.Hail(c, r, init); err != nil {
		return err
	}
	frame := frameOf(m.played.noise)
	answer := wire.Rectangle{Encoding: wire.Raw}.Append(wire.AppendUpdate(nil, 1))
	for echoes := 0; ; {
		message, err := wire.ReadClientMessage(r, false)
		if err != nil {
			return err
		}
		key, is := message.(wire.KeyEvent)
		if !is {
			continue
		}
		count := int(key.Keysym & 0xffffff)
		switch key.Keysym &^ 0xffffff {
		case orderEcho:
			if echoes++; echoes%2 == 0 {
				_, err = c.Write(answer)
			}
		case orderStream:
			for ; count > 0 && err == nil; count-- {
				_, err = c.Write(frame)
			}
		case orderPlay:
			err = m.played.play(c, count)
		case orderPour:
			err = m.played.pour(c, count)
		}
		if err != nil {
			return err
		}
	}
}

// viewer is the near end of one connection.
type viewer struct {
	conn net.Conn
	in   *bufio.Reader
}

// view connects and does the handshake, within 20 s.
func view(ctx context.Context, dial func(context.Context) (net.Conn, error)) (*viewer, error) {
	conn, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	v := &viewer{conn: conn, in: bufio.NewReaderSize(conn, 64<<10)}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	err = v.greet()
	_ = conn.SetDeadline(time.Time{})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("greeting a machine through a proxy: %w", err), conn.Close())
	}
	return v, nil
}

func (v *viewer) greet() error {
	for _, turn := range []struct {
		hear int
		say  string
	}{{12, "RFB 003.008\n"}, {2, "\x01"}, {4, "\x01"}} {
		if err := v.skip(turn.hear); err != nil {
			return err
		}
		if _, err := io.WriteString(v.conn, turn.say); err != nil {
			return err
		}
	}
	if _, err := wire.ReadServerInit(wire.NewReader(v.in)); err != nil {
		return err
	}
	b := wire.SetPixelFormat{Format: wire.RGBX}.Append(nil)
	b = wire.SetEncodings{wire.ZRLE, wire.Raw, wire.DesktopSize, wire.LastRect}.Append(b)
	b = wire.FramebufferUpdateRequest{W: uint16(screenSize.X), H: uint16(screenSize.Y)}.Append(b)
	_, err := v.conn.Write(b)
	return err
}

func (v *viewer) skip(n int) error {
	_, err := io.CopyN(io.Discard, v.in, int64(n))
	return err
}

// order sends an order.
func (v *viewer) order(kind uint32, count int) error {
	_, err := v.conn.Write(wire.KeyEvent{Down: true, Keysym: kind | uint32(count)}.Append(nil))
	return err
}

// trip sends 16 bytes, waits for the answer of 16 bytes, and returns how long that took.
func (v *viewer) trip() (time.Duration, error) {
	b := wire.KeyEvent{Down: true, Keysym: orderEcho}.Append(nil)
	b = wire.KeyEvent{Keysym: orderEcho}.Append(b)
	begun := time.Now()
	if _, err := v.conn.Write(b); err != nil {
		return 0, err
	}
	_, err := v.in.Discard(16)
	return time.Since(begun), err
}
