package screen_test

import (
	"net/url"
	"testing"

	"github.com/gorilla/websocket"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/web/screen"
)

func TestAWatcherWhoSignsOutSeesNothingMore(t *testing.T) {
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	watcher := &viewing{t: t, ws: observe(d)}
	watcher.greet()
	d.Ask("/signout", url.Values{})
	_, _, err := watcher.ws.ReadMessage()
	if closed, is := err.(*websocket.CloseError); !is || closed.Code != screen.CloseRefused || closed.Text != "You are not signed in any more." {
		t.Errorf("the watcher hears %v, want to be told that they are not signed in", err)
	}
	webtest.Eventually(t, "the machine is let go of", func() bool { return d.Dials.Load() == 0 })
}
