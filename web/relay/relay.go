// Package relay carries a machine's screen to a browser and what the browser says back: bytes
// of the screen protocol in websocket messages, as they come.
//
// It reads no further ahead than one buffer in each direction, so a browser that is slow slows
// the machine's screen down instead of filling memory, and it looks at nothing: what measures
// or records sits on the machine's connection, beside this path (rfb.Tap, record.Recorder).
package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

// Times and sizes of a line between a browser and the server.
const (
	PingEvery    = 20 * time.Second
	SilenceLimit = 90 * time.Second // no ping answered: beyond what a slow but living network needs
	WriteLimit   = 30 * time.Second // for one message
	PartingTime  = time.Second      // for the close frame and what is still on its way
	Buffer       = 64 << 10         // bytes read from the machine at once, and so in memory
	Limit        = 64 << 10         // bytes of one message from noVNC, which sends at most 10 KiB
	piece        = 16 << 10         // bytes of one that are passed on at once
)

// Why a line ends from here.
var (
	ErrNoScreen = errors.New("the screen's connection has ended")
	ErrText     = errors.New("text on the screen's line")
)

// Upgrader makes websockets for Carry. The default CheckOrigin stands: it refuses pages of
// other sites. Its buffers need not be large: what is long is not copied into them.
var Upgrader = websocket.Upgrader{ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10}

// Carry copies in both directions until one side ends or ctx does. It closes machine.
func Carry(ctx context.Context, ws *websocket.Conn, machine net.Conn) error {
	Alive(ws, Limit)
	g, both := errgroup.WithContext(ctx)
	stop := context.AfterFunc(both, func() {
		_ = machine.Close()
		Release(ws)
	})
	defer stop()
	g.Go(func() error { return toBrowser(ws, machine) })
	g.Go(func() error { return toMachine(machine, ws) })
	g.Go(func() error { return ping(both, ws) })
	err := g.Wait()
	_ = machine.Close()
	if ctx.Err() != nil {
		return context.Cause(ctx) // the reason for what the copiers met
	}
	return err
}

func toBrowser(ws *websocket.Conn, machine io.Reader) error {
	to := newFrames(ws)
	for {
		n, err := machine.Read(to.room())
		if n > 0 {
			if err := to.send(n); err != nil {
				return err
			}
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoScreen, err)
		}
	}
}

func toMachine(machine io.Writer, ws *websocket.Conn) error {
	buf := make([]byte, piece)
	var renewed time.Time
	for {
		kind, message, err := ws.NextReader()
		switch {
		case err != nil:
			return err
		case kind != websocket.BinaryMessage:
			return ErrText
		}
		if time.Since(renewed) > renewAfter {
			renewed = time.Now()
			_ = ws.SetReadDeadline(renewed.Add(SilenceLimit))
		}
		if err := pass(machine, message, buf); err != nil {
			return err
		}
	}
}

// pass copies one message, piece by piece as it comes.
func pass(machine io.Writer, message io.Reader, buf []byte) error {
	for {
		n, err := message.Read(buf)
		if n > 0 {
			if _, err := machine.Write(buf[:n]); err != nil {
				return fmt.Errorf("%w: %w", ErrNoScreen, err)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// ping asks the browser for a sign of life now and then.
func ping(ctx context.Context, ws *websocket.Conn) error {
	every := time.NewTicker(PingEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-every.C:
			// A full line answers late, and is no reason to end it: silence is.
			_ = ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(PingEvery))
		}
	}
}

// Alive lets a line of limited messages live for as long as its browser answers pings.
func Alive(ws *websocket.Conn, limit int64) {
	ws.SetReadLimit(limit)
	_ = ws.SetReadDeadline(time.Now().Add(SilenceLimit))
	ws.SetPongHandler(func(string) error { return ws.SetReadDeadline(time.Now().Add(SilenceLimit)) })
}

// Release makes reading from and writing to ws end soon.
func Release(ws *websocket.Conn) {
	_ = ws.NetConn().SetReadDeadline(time.Now())
	_ = ws.NetConn().SetWriteDeadline(time.Now().Add(PartingTime))
}
