package screen_test

import (
	"bytes"
	"context"
	"image/jpeg"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web"
)

func TestThumbnailsAreMadeForWhoLooks(t *testing.T) {
	machine := webtest.Colourful(t, 0)
	d := webtest.NewDesk(t, machine)
	var later atomic.Int64 // how far the server's clock is ahead
	d.Serve(func(c *web.Config) { c.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) } })
	get := func() []byte {
		t.Helper()
		answer, body := d.Ask(d.WatchPath("thumbnail"), nil)
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "image/jpeg" {
			t.Fatalf("status %d, type %s: %s", answer.StatusCode, answer.Header.Get("Content-Type"), body)
		}
		return []byte(body)
	}
	picture, err := jpeg.Decode(bytes.NewReader(get()))
	d.Must(err)
	if size := picture.Bounds().Size(); size.X != webtest.Wide || size.Y != webtest.High {
		t.Errorf("the thumbnail is %v, want the whole screen", size)
	}
	first := d.Machine.Load()
	get()
	if d.Machine.Load() != first {
		t.Error("the machine was asked again at once, want the same picture")
	}
	d.Conduct.Dial = func(context.Context) (net.Conn, error) {
		return nil, study.Refuse(study.ErrConflict, "The desktop is not ready yet.")
	}
	for name, tt := range map[string]struct {
		ready bool
		want  int
	}{
		"the desktop has closed":        {false, http.StatusNoContent},
		"the desktop cannot be reached": {true, http.StatusConflict},
	} {
		later.Add(int64(time.Minute))
		d.Conduct.Change(func(st *session.Status) { st.Ready = tt.ready })
		if answer, _ := d.Ask(d.WatchPath("thumbnail"), nil); answer.StatusCode != tt.want {
			t.Errorf("%s: status %d, want %d", name, answer.StatusCode, tt.want)
		}
	}
}
