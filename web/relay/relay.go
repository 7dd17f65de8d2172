// Package relay copies a machine's screen to a browser, and the browser's answers back: bytes of
// the screen protocol in websocket messages.
//
// It reads at most one buffer ahead in each direction. So a slow browser slows the machine's screen
// down and does not fill memory. The relay does not look at the bytes: tap.Tap, which measures, and
// record.Recorder, which records, sit on the machine's connection.
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

// Times and sizes of a line: a websocket between a browser and the server.
const (
	PingEvery    = 20 * time.Second
	SilenceLimit = 90 * time.Second // without an answer to a ping; a slow network that still works needs less
	WriteLimit   = 30 * time.Second // for one message
	PartingTime  = time.Second      // for the close frame and the bytes that are still on their way
	Buffer       = 64 << 10         // bytes read from the machine at once
	Limit        = 64 << 10         // bytes of a message from noVNC; it sends at most 10 KiB
	piece        = 16 << 10         // bytes of a message that are passed on at once
)

// Reasons why Carry ends a line.
var (
	ErrNoScreen = errors.New("the screen's connection has ended")
	ErrText     = errors.New("text on the screen's line")
)

// Upgrader makes the websockets for Carry. It has the default CheckOrigin, which refuses pages of
// other sites. Small buffers are enough, because long messages are not copied into them.
var Upgrader = websocket.Upgrader{ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10}

// Carry copies in both directions until one side or ctx ends. It closes machine.
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
		return context.Cause(ctx) // copying failed only because ctx ended
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

// pass copies one message to the machine, piece by piece as it arrives.
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

// ping sends the browser a ping every PingEvery.
func ping(ctx context.Context, ws *websocket.Conn) error {
	every := time.NewTicker(PingEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-every.C:
			// If a ping cannot be sent or is answered late, the line is only busy, so this error is
			// ignored. Alive ends a line that stays silent.
			_ = ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(PingEvery))
		}
	}
}

// Alive limits the size of the browser's messages, and ends the line when the browser has not
// answered a ping for SilenceLimit.
func Alive(ws *websocket.Conn, limit int64) {
	ws.SetReadLimit(limit)
	_ = ws.SetReadDeadline(time.Now().Add(SilenceLimit))
	ws.SetPongHandler(func(string) error { return ws.SetReadDeadline(time.Now().Add(SilenceLimit)) })
}

// Release ends reading from ws now, and writing to it after PartingTime.
func Release(ws *websocket.Conn) {
	_ = ws.NetConn().SetReadDeadline(time.Now())
	_ = ws.NetConn().SetWriteDeadline(time.Now().Add(PartingTime))
}
