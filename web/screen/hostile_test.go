package screen_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
)

// ward is an Opener of desktops that are only screens. A function for each participant serves their
// screen.
type ward struct {
	serve map[string]func(net.Conn) // by code of the participant
}

func (w *ward) Admit(context.Context, session.Request) error { return nil }

func (w *ward) Open(_ context.Context, r session.Request, _ func(session.Progress)) (session.Desktop, error) {
	who, _, _ := strings.Cut(r.Name, "-")
	return &bed{serve: w.serve[who], never: make(chan struct{})}, nil
}

// bed is a desktop of a ward.
type bed struct {
	serve func(net.Conn)
	never chan struct{}
}

func (b *bed) DialView(context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	go b.serve(far) // ends when near is closed
	return near, nil
}

func (b *bed) DialRFB(ctx context.Context, observe func(tap.Event)) (net.Conn, error) {
	conn, err := b.DialView(ctx)
	return tap.New(conn, time.Now, observe), err
}

func (b *bed) Seen() error                 { return nil }
func (b *bed) Completed() <-chan struct{}  { return b.never }
func (b *bed) Lost() <-chan struct{}       { return b.never }
func (b *bed) Report() session.Report      { return session.Report{} }
func (b *bed) Close(context.Context) error { return nil }

// twoSessions brings two participants of one study to desktops in a ward.
func twoSessions(t *testing.T, w *ward) (conductor *session.Conductor, both [2]*webtest.Desk) {
	t.Helper()
	store := studytest.NewStore()
	quiet := slog.New(slog.DiscardHandler)
	conductor = session.New(session.Config{Store: store, Opener: w, Log: quiet})
	ctx, stop := context.WithCancel(t.Context())
	ready, stopped := make(chan struct{}), make(chan error, 1)
	go func() { stopped <- conductor.Run(ctx, ready) }()
	<-ready
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(web.New(web.Config{Store: store, Conduct: conductor, Log: quiet}).Handler())
	t.Cleanup(server.Close)

	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	id, err := store.CreateStudy(ctx, 0, studytest.OneTrial(), now)
	must(err)
	_, err = store.Publish(ctx, id, 0, now)
	must(err)
	people, err := store.AddParticipants(ctx, id, false, []string{"abcdefghijklmnopqrstuvwxy1", "abcdefghijklmnopqrstuvwxy2"}, now)
	must(err)
	for i, p := range people {
		d := &webtest.Desk{T: t, Store: &webtest.AwayStore{Store: store}, Web: server, Link: p.Link, Study: id}
		d.Session, err = store.StartSession(ctx, p.ID, now)
		must(err)
		must(store.RecordConsent(ctx, d.Session, false, now))
		both[i] = d
	}
	return conductor, both
}

// start starts the desk's trial and connects to its screen when that is ready.
func start(d *webtest.Desk, c *session.Conductor) *viewing {
	d.T.Helper()
	d.Must(c.Start(d.T.Context(), d.Session))
	webtest.Eventually(d.T, "the desktop is ready", func() bool { st, _ := c.Status(d.Session); return st.Ready })
	return &viewing{t: d.T, ws: d.Dial(fmt.Sprintf(d.Visit()+"/screen?conn=1&seat=%d", d.TakeSeat()))}
}

// rect returns the header of a rectangle and the bytes after it.
func rect(w, h uint16, e wire.Encoding, more ...byte) []byte {
	b := []byte{0, 0, 0, 0}
	b = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(b, w), h)
	return append(binary.BigEndian.AppendUint32(b, uint32(e)), more...)
}

// badFaith returns what a hostile guest sends after the handshake.
func badFaith() map[string][]byte {
	var storm []byte
	for n := range wire.MaxResizes + 1 {
		storm = append(append(storm, wire.AppendUpdate(nil, 1)...), rect(uint16(300+n), 200, wire.DesktopSize)...)
	}
	return map[string][]byte{
		"an absurd size":      append(wire.AppendUpdate(nil, 1), rect(65535, 65535, wire.DesktopSize)...),
		"endless rectangles":  append(wire.AppendUpdate(nil, 0xffff), bytes.Repeat(rect(8, 8, wire.CopyRect, 0, 0, 0, 0), 1<<14)...),
		"a length that lies":  append(wire.AppendUpdate(nil, 1), rect(8, 8, wire.ZRLE, 255, 255, 255, 255)...),
		"a storm of sizes":    storm,
		"cut text that lies":  {3, 0, 0, 0, 0x7f, 255, 255, 255},
		"a pointer of 16 GiB": append(wire.AppendUpdate(nil, 1), rect(65535, 65535, wire.Cursor)...),
	}
}

// villain returns a screen that does a normal handshake and then sends *says.
func villain(t *testing.T, says *[]byte) func(net.Conn) {
	return func(c net.Conn) {
		defer c.Close()
		hello := wire.ServerInit{W: 8, H: 8, Format: wire.RGBX, Name: "villain"}.Append(nil)
		for _, turn := range []struct {
			say  string
			hear int64
		}{{"RFB 003.008\n", 12}, {"\x01\x01", 1}, {"\x00\x00\x00\x00", 1}, {string(hello), 4}} {
			if _, err := io.WriteString(c, turn.say); err != nil {
				t.Errorf("greeting: %v", err)
			}
			if _, err := io.CopyN(io.Discard, c, turn.hear); err != nil {
				t.Errorf("greeting: %v", err)
			}
		}
		go func() { _, _ = io.Copy(io.Discard, c) }() // ends when c is closed
		_, _ = c.Write(*says)
		_, _ = c.Read(make([]byte, 1)) // wait until the connection is closed
	}
}

func TestAHostileGuestEndsItsOwnDesktopAndNoOther(t *testing.T) {
	good := rfbtest.NewServer(64, 64)
	var says []byte
	w := &ward{serve: map[string]func(net.Conn){
		"P001": func(c net.Conn) { _ = good.Serve(c) },
		"P002": villain(t, &says),
	}}
	conductor, both := twoSessions(t, w)
	neighbour, victim := both[0], both[1]
	calm := start(neighbour, conductor)
	calm.greet()
	painted := 0
	paint := func(times int) { // paint draws, and checks that exactly that arrives: nothing is lost
		t.Helper()
		for range times {
			painted++
			good.Paint(image.Rect(0, 0, 64, 64), webtest.Shade(painted))
			calm.say(wire.FramebufferUpdateRequest{W: 64, H: 64}.Append(nil))
			update := calm.update()
			if c := webtest.Shade(painted); update[16] != c.R || len(update) != 4+12+4*64*64 {
				t.Fatalf("picture %d of the neighbour's screen is %d bytes of colour %v, want %v", painted, len(update), update[16], c.R)
			}
		}
	}
	paint(3)
	bad := badFaith()
	for _, name := range slices.Sorted(maps.Keys(bad)) {
		t.Run(name, func(t *testing.T) {
			says = bad[name]
			v := start(victim, conductor)
			v.t = t
			ends := make(chan error, 1)
			v.greet()
			v.say(wire.SetEncodings{wire.CopyRect, wire.ZRLE, wire.Cursor, wire.DesktopSize}.Append(nil))
			go func() {
				for {
					if _, _, err := v.ws.ReadMessage(); err != nil {
						ends <- err
						return
					}
				}
			}()
			paint(20)
			webtest.Eventually(t, "the attempt is over", func() bool {
				st, _ := conductor.Status(victim.Session)
				return st.State != study.Preparing && st.State != study.Running
			})
			x, err := victim.Store.Session(t.Context(), victim.Session)
			victim.Must(err)
			if last := x.Trials[0].Last(); last.State != study.Failed || !strings.Contains(last.Cause, "sent a screen that makes no sense") {
				t.Errorf("the attempt is %s: %q", last.State, last.Cause)
			}
			_ = v.ws.Close()
			if err := <-ends; err == nil || errors.Is(err, websocket.ErrReadLimit) {
				t.Errorf("the victim's line ended with %v", err)
			}
			paint(20)
		})
	}
	if st, _ := conductor.Status(neighbour.Session); st.Attempt == 0 || !st.Ready {
		t.Errorf("the neighbour's attempt is %+v", st)
	}
}
