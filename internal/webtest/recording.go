package webtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/record"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/wire"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
)

// RecordedDesign returns a design of one trial whose screen is recorded.
func RecordedDesign(p study.RecordPolicy, keys bool) study.Design {
	d := studytest.OneTrial()
	d.Record, d.RecordKeys = p, keys
	return d
}

// RecordingDesk returns a desk whose screen is recorded into a library of its own.
func RecordingDesk(t *testing.T, d study.Design, agreed bool) (*Desk, *record.Library) {
	t.Helper()
	k := NewDesk(t, rfbtest.NewServer(16, 16))
	l, err := record.NewLibrary(record.Config{Dir: t.TempDir(), Store: k.Store})
	k.Must(err)
	t.Cleanup(func() { _ = l.Close(context.Background()) })
	k.Serve(func(c *web.Config) { c.Recordings = l })
	k.BeginWith(d, agreed)
	k.Conduct.Change(func(st *session.Status) { st.Attempt = k.Attempt.ID })
	return k, l
}

// Look opens the screen as noVNC does, presses a key and waits for the picture.
func (d *Desk) Look(conn int) {
	d.T.Helper()
	ws := d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=%d&seat=%d", conn, d.TakeSeat()))
	say := func(b []byte) { d.T.Helper(); d.Must(ws.WriteMessage(websocket.BinaryMessage, b)) }
	say([]byte("RFB 003.008\n"))
	say([]byte{1, 1})
	b := wire.SetPixelFormat{Format: wire.RGBX}.Append(nil)
	b = wire.KeyEvent{Down: true, Keysym: 'k'}.Append(b)
	say(wire.FramebufferUpdateRequest{W: 16, H: 16}.Append(b))
	const picture = 16 * 16 * 4
	for got := 0; got < picture; {
		_, p, err := ws.ReadMessage()
		d.Must(err)
		got += len(p)
	}
	d.Must(ws.Close())
}

// RecordedLab returns a lab with one recorded attempt.
func RecordedLab(t *testing.T) (l *Lab, x study.Session, library *record.Library) {
	t.Helper()
	d, library := RecordingDesk(t, RecordedDesign(study.RecordAll, true), true)
	d.Look(1)
	d.Look(2)
	d.record(study.Running, "", "")
	d.record(study.Finished, study.SaidDone, "")
	library.Finish(d.Attempt.ID)
	if err := library.Close(t.Context()); err != nil {
		t.Error(err)
	}
	l = NewLab(t)
	l.Must(d.Store.SetPassword(t.Context(), "ada", "unused"))
	ada, _, err := d.Store.Experimenter(t.Context(), "ada")
	l.Must(err)
	l.adopt(d.Store.Store, ada)
	l.Serve(func(c *web.Config) { c.Recordings = library })
	x, err = l.Store.Session(t.Context(), d.Session)
	l.Must(err)
	return l, x, library
}

// adopt makes s the store of the lab, with ada signed in.
func (l *Lab) adopt(s *studytest.Store, ada study.Experimenter) {
	l.T.Helper()
	token := sha256.Sum256([]byte("token"))
	l.Must(s.OpenLogin(l.T.Context(), ada.ID, "unused", token[:], l.Now.Add(time.Hour)))
	l.Store, l.Ada = s, ada
	l.Serve(func(c *web.Config) { c.Store = s })
}
