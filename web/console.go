package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gorilla/websocket"

	"vmstudy/rfb/tap"
	"vmstudy/study"
	"vmstudy/web/relay"
)

// showScreen connects noVNC with the desktop's screen.
func (s *Server) showScreen(w http.ResponseWriter, r *http.Request) error {
	conn, err := strconv.ParseInt(r.URL.Query().Get("conn"), 10, 32)
	if err != nil || conn < 1 {
		return fmt.Errorf("connection %q: %w", r.URL.Query().Get("conn"), study.ErrInvalid)
	}
	return s.onLine(w, r, "screen", func(ctx context.Context, ws *websocket.Conn, at *seat, x study.Session) error {
		answers := at.answers.observer(conn, func(err error) {
			s.log.WarnContext(ctx, "screen's timing lost", "session", x.ID, "err", err)
		})
		observe := func(e tap.Event) {
			if in, ok := e.(*tap.Input); ok {
				s.pulses.touched(x.ID, in.At)
			}
			answers(e)
		}
		machine, err := s.conduct.DialScreen(ctx, x.ID, observe)
		if err != nil {
			return fmt.Errorf("dial screen: %w", err)
		}
		return relay.Carry(ctx, ws, s.recorded(ctx, x, machine))
	})
}
