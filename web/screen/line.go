package screen

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/relay"
)

// Our own close codes (RFC 6455, section 7.4.2). static/visit/line.js has the same ones.
const (
	CloseSuperseded = 4001 // a newer page of this session is open
	CloseBad        = 4002 // the browser sent nonsense; sending it again will not help
	closeNoScreen   = 4003 // there is no screen, or not yet, or no longer
	closeRefused    = 4004 // an observer is not admitted, or is sent away; the reason is a sentence for people
	closeStranger   = 4005 // the browser has no cookie of this visit; opening the personal link helps
)

// Nonsense is an error: what a browser sent makes no sense.
type Nonsense struct{ say string }

// Error implements error.
func (n Nonsense) Error() string { return n.say }

// Bad returns a Nonsense that says say, formatted with args.
func Bad(say string, args ...any) error { return Nonsense{fmt.Sprintf(say, args...)} }

// OnLine serves one websocket of a participant's page. It finds out whose page it is, opens the
// websocket, runs serve, and closes the websocket with the reason. serve must return when its
// context ends.
func (s *Server) OnLine(w http.ResponseWriter, r *http.Request, purpose string,
	serve func(ctx context.Context, ws *websocket.Conn, at *Seat, x study.Session) error,
) error {
	x, number, err := s.seated(r)
	stranger := errors.Is(err, page.ErrStranger)
	if err != nil && !stranger {
		return err
	}
	ws, failed := relay.Upgrader.Upgrade(w, r, nil)
	if failed != nil {
		return nil // the upgrader has answered
	}
	defer ws.Close()
	if stranger { // closed with a code, because a script cannot see why a websocket was refused
		part(ws, err)
		return nil
	}
	if number < x.Seat {
		part(ws, errSuperseded)
		return nil
	}
	admitted := func() error {
		_, err := s.Visitor(r)
		return err
	}
	ctx, at, leave, err := s.seats.join(r.Context(), x.ID, number, purpose, admitted)
	if err != nil {
		part(ws, err)
		return nil
	}
	defer leave()
	s.seats.recheck(x.ID) // whose link was revoked after seated has looked, and before this line could be told
	if err := serve(ctx, ws, at, x); err != nil {
		s.logLine(ctx, x.ID, purpose, err)
		part(ws, err)
	}
	return nil
}

// seated returns the session and the seat of the page that sent r.
func (s *Server) seated(r *http.Request) (study.Session, int, error) {
	x, err := s.Visitor(r)
	if err != nil {
		return study.Session{}, 0, err
	}
	number, err := strconv.Atoi(r.URL.Query().Get("seat"))
	if err != nil || number < 1 || number > x.Seat {
		return study.Session{}, 0, fmt.Errorf("seat %q of %d: %w", r.URL.Query().Get("seat"), x.Seat, study.ErrInvalid)
	}
	return x, number, nil
}

// logLine logs why a line ended, except when a page was merely closed or replaced.
func (s *Server) logLine(ctx context.Context, id study.SessionID, purpose string, err error) {
	switch code(err) {
	case CloseBad:
		s.Log.WarnContext(ctx, "browser sent nonsense", "line", purpose, "session", id, "err", err)
	case closeRefused:
		s.Log.WarnContext(ctx, "observer sent away", "session", id, "err", err)
	case websocket.CloseInternalServerErr:
		s.Log.ErrorContext(ctx, "line failed", "line", purpose, "session", id, "err", err)
	}
}

// code returns the close code for the error that ended a line.
func code(err error) int {
	var nonsense Nonsense
	var closed *websocket.CloseError
	var network interface{ Timeout() bool }
	switch {
	case errors.Is(err, errSuperseded):
		return CloseSuperseded
	case errors.Is(err, page.ErrStranger):
		return closeStranger
	case errors.Is(err, errCrowded), errors.Is(err, errSlow), errors.Is(err, study.ErrDenied):
		return closeRefused
	case errors.As(err, &nonsense), errors.Is(err, relay.ErrText), errors.Is(err, websocket.ErrReadLimit):
		return CloseBad
	case errors.Is(err, relay.ErrNoScreen), errors.Is(err, study.ErrConflict):
		return closeNoScreen
	case errors.Is(err, errReplaced), errors.As(err, &closed), errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF):
		return websocket.CloseNormalClosure
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return websocket.CloseGoingAway
	}
	return websocket.CloseInternalServerErr
}

// part closes a line with the reason. It then reads what the browser still sends: if unread bytes
// are left when a connection is closed, the system may discard the close frame.
func part(ws *websocket.Conn, why error) {
	say := ""
	if c := code(why); c >= 4000 {
		say = cmp.Or(study.Sentence(why), why.Error())
	}
	until := time.Now().Add(relay.PartingTime)
	frame := websocket.FormatCloseMessage(code(why), strings.ToValidUTF8(say[:min(len(say), 120)], ""))
	if ws.WriteControl(websocket.CloseMessage, frame, until) != nil {
		return
	}
	conn := ws.NetConn()
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = conn.SetReadDeadline(until)
	_, _ = io.Copy(io.Discard, io.LimitReader(conn, 1<<20))
}
