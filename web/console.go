package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"vmstudy/study"
)

// errNoScreen ends a screen's line when the machine's end does.
var errNoScreen = errors.New("the screen's connection has ended")

// showScreen carries the screen: bytes of the screen protocol between noVNC and the desktop,
// as they come. It reads no further ahead than one buffer, so a browser that is slow slows
// the machine's screen down instead of filling memory.
func (s *Server) showScreen(w http.ResponseWriter, r *http.Request) error {
	conn, err := strconv.ParseInt(r.URL.Query().Get("conn"), 10, 32)
	if err != nil || conn < 1 {
		return fmt.Errorf("connection %q: %w", r.URL.Query().Get("conn"), study.ErrInvalid)
	}
	return s.onLine(w, r, "screen", func(ctx context.Context, ws *websocket.Conn, at *seat, x study.Session) error {
		observe := at.answers.observer(conn, func(err error) {
			s.log.WarnContext(ctx, "screen's timing lost", "session", x.ID, "err", err)
		})
		machine, err := s.conduct.DialScreen(ctx, x.ID, observe)
		if err != nil {
			return fmt.Errorf("dial screen: %w", err)
		}
		return carry(ctx, ws, s.recorded(ctx, x, machine))
	})
}

// carry copies in both directions until one side ends or ctx does. It closes machine.
func carry(ctx context.Context, ws *websocket.Conn, machine net.Conn) error {
	alive(ws, screenLimit)
	g, both := errgroup.WithContext(ctx)
	stop := context.AfterFunc(both, func() {
		_ = machine.Close()
		release(ws)
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
	buf := make([]byte, screenBuffer)
	for {
		n, err := machine.Read(buf)
		if n > 0 {
			_ = ws.SetWriteDeadline(time.Now().Add(writeLimit))
			if err := ws.WriteMessage(websocket.BinaryMessage, buf[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errNoScreen, err)
		}
	}
}

func toMachine(machine io.Writer, ws *websocket.Conn) error {
	for {
		kind, message, err := ws.ReadMessage()
		switch {
		case err != nil:
			return err
		case kind != websocket.BinaryMessage:
			return bad("text on the screen's line")
		}
		_ = ws.SetReadDeadline(time.Now().Add(silenceLimit))
		if _, err := machine.Write(message); err != nil {
			return fmt.Errorf("%w: %w", errNoScreen, err)
		}
	}
}

// ping asks the browser for a sign of life now and then.
func ping(ctx context.Context, ws *websocket.Conn) error {
	every := time.NewTicker(pingEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-every.C:
			// A full line answers late, and is no reason to end it: silence is.
			_ = ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(pingEvery))
		}
	}
}
