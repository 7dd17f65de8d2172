package screen

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"github.com/gorilla/websocket"

	"vmstudy/rfb/tap"
	"vmstudy/study"
	"vmstudy/web/relay"
)

// ShowScreen connects noVNC with the desktop's screen.
func (s *Server) ShowScreen(w http.ResponseWriter, r *http.Request) error {
	conn, err := strconv.ParseInt(r.URL.Query().Get("conn"), 10, 32)
	if err != nil || conn < 1 {
		return fmt.Errorf("connection %q: %w", r.URL.Query().Get("conn"), study.ErrInvalid)
	}
	return s.OnLine(w, r, screenLine, func(ctx context.Context, ws *websocket.Conn, at *Seat, x study.Session) error {
		answers := at.answers.observer(conn, func(err error) {
			s.Log.WarnContext(ctx, "screen's timing lost", "session", x.ID, "err", err)
		})
		observe := func(e tap.Event) {
			if in, ok := e.(*tap.Input); ok {
				s.pulses.touched(x.ID, in.At)
			}
			answers(e)
		}
		machine, err := s.Desktops.DialScreen(ctx, x.ID, observe)
		if err != nil {
			return fmt.Errorf("dial screen: %w", err)
		}
		return relay.Carry(ctx, ws, s.recorded(ctx, x, machine))
	})
}

// recorded returns the connection to the screen of x. A recorder watches it if the study and the
// participant want that.
func (s *Server) recorded(ctx context.Context, x study.Session, machine net.Conn) net.Conn {
	d := x.Version.Design
	st, _ := s.Desktops.Status(x.ID)
	if d.Record == study.RecordNever || !x.Recorded || st.Attempt == 0 {
		return machine
	}
	return s.Recorder.Record(ctx, st.Attempt, d.RecordKeys, machine)
}
