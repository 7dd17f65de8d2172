package web

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"vmstudy/rfb"
	"vmstudy/study"
	"vmstudy/web/relay"
)

// mirrorEvery is how often a mirror shows what has changed: smooth enough to follow somebody,
// seldom enough to cost little.
const mirrorEvery = 100 * time.Millisecond

// showWatchedScreen shows a session's desktop to an experimenter, who can only look: the
// viewer talks to a mirror in this program that has no ears for input. The picture comes from
// the machine beyond any network, so the participant's link carries nothing of it.
func (s *Server) showWatchedScreen(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	machine, err := s.conduct.WatchScreen(r.Context(), id)
	if err != nil {
		return err
	}
	ws, err := relay.Upgrader.Upgrade(w, r, nil)
	if err != nil {
		_ = machine.Close()
		return nil // the upgrader has answered
	}
	defer ws.Close()
	if err := mirror(r.Context(), machine, ws); err != nil {
		part(ws, err)
	}
	return nil
}

// mirror shows the machine's screen to ws until one of them ends or ctx does.
func mirror(ctx context.Context, machine net.Conn, ws *websocket.Conn) error {
	client, err := rfb.Connect(ctx, machine)
	if err != nil {
		return fmt.Errorf("%w: %w", relay.ErrNoScreen, err)
	}
	defer client.Close()
	glass := rfb.NewServer(client.Size())
	near, far := net.Pipe()
	var serving sync.WaitGroup
	serving.Go(func() { _ = glass.Serve(far) }) // ends with near, which Carry closes
	defer serving.Wait()
	g, both := errgroup.WithContext(ctx)
	g.Go(func() error { return relay.Carry(both, ws, near) })
	g.Go(func() error { return reflect(both, client, glass) })
	return g.Wait()
}

// reflect draws on glass what client sees, until client ends or ctx does.
func reflect(ctx context.Context, client *rfb.Client, glass *rfb.Server) error {
	pace := time.NewTicker(mirrorEvery)
	defer pace.Stop()
	for seen := 0; ; {
		if _, err := client.WaitChange(ctx, seen); err != nil {
			return fmt.Errorf("%w: %w", relay.ErrNoScreen, err)
		}
		seen = client.Changes()
		screen := client.Screen()
		glass.SetSize(screen.Rect.Size())
		glass.Draw(screen.Rect, func(m *image.RGBA) { draw.Draw(m, m.Rect, screen, image.Point{}, draw.Src) })
		select {
		case <-pace.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
