package web

import (
	"context"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"net"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/rfb"
	"vmstudy/rfb/rfbtest"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/vmhosttest"
)

// tapped dials a machine's screen through a network; the tap is at the machine.
type tapped func(ctx context.Context, observe func(rfb.Event)) (net.Conn, error)

// through is a conductor whose desktop is reached by a tapped.
type through struct {
	*oneDesktop
	screen tapped
}

func (c through) DialScreen(ctx context.Context, _ study.SessionID, observe func(rfb.Event)) (net.Conn, error) {
	return c.screen(ctx, observe)
}

// instant is a machine that answers each key at once with a changed rectangle, at the far end
// of a link: what is measured on it is the browser and the way there, and no QEMU.
func instant(t *testing.T, n study.Network) tapped {
	link, err := userspace.New(n, 1)
	if err != nil {
		t.Fatal(err)
	}
	machine := rfbtest.NewServer(wide, high)
	keys := 0
	machine.OnInput = func(in rfb.ClientMessage) {
		if goesDown(in) {
			keys++
			machine.Paint(image.Rect(0, 0, 32, 32), shade(keys)) // fits into one packet or two
		}
	}
	const port = 5900
	far, err := link.ListenFar(port)
	if err != nil {
		t.Fatal(err)
	}
	observers := make(chan func(rfb.Event), 1)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := far.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serveTapped(c, machine, <-observers) })
		}
	})
	t.Cleanup(func() { _ = far.Close(); _ = link.Close(); serving.Wait() })
	return func(ctx context.Context, observe func(rfb.Event)) (net.Conn, error) {
		observers <- observe
		return link.DialNear(ctx, port)
	}
}

// serveTapped joins a connection with a machine, with a tap at the machine's end.
func serveTapped(c net.Conn, machine *rfbtest.Server, observe func(rfb.Event)) {
	near, far := net.Pipe()
	tap := rfb.NewTap(near, time.Now, observe)
	var both sync.WaitGroup
	both.Go(func() { _ = machine.Serve(far) })
	both.Go(func() { _, _ = io.Copy(tap, c); _ = tap.Close() })
	both.Go(func() { _, _ = io.Copy(c, tap); _ = c.Close() })
	both.Wait()
}

// bootSector is a guest of one sector in a real QEMU, reached as the vnc method reaches it.
func bootSector(t *testing.T, n study.Network) tapped {
	studytest.Need(t, "qemu")
	host := vmhosttest.Host(t, 0)
	app := vmhosttest.BootSector(t, host)
	run, err := os.MkdirTemp("", "vmstudy-clock-") // QEMU's user must reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(run) })
	lab := &session.Lab{
		Host: host, RunDir: run,
		Appliance: func(string) (vmhost.Appliance, error) { return app, nil },
		NewLink: func(_ string, n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
			link, err := userspace.New(n, seed)
			return link, study.UserspaceWay, err
		},
	}
	desktop, err := lab.Open(t.Context(), session.Request{
		Condition: study.Condition{Method: study.VNC, Network: study.NamedNetwork{Name: "far", Network: n}, Task: app.Tasks[0]},
	}, func(session.Progress) {})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = desktop.Close(context.WithoutCancel(t.Context())) })
	return desktop.DialRFB
}

// responses types n keys into a desktop that is reached by screen and returns their response
// times, sorted. The pauses between keys are random, so that no clock falls into step.
func responses(t *testing.T, screen tapped, rtt time.Duration, n int) []time.Duration {
	t.Helper()
	d := newDesk(t, rfbtest.NewServer(8, 8))
	d.config.Conduct = through{d.conduct, screen}
	d.server = New(d.config)
	d.web = httptest.NewServer(d.server.Handler())
	t.Cleanup(d.web.Close)
	tab := d.open()
	chance := rand.New(rand.NewPCG(1, 2))
	for range n {
		pause := time.NewTimer(rtt + 90*time.Millisecond + time.Duration(chance.Int64N(int64(60*time.Millisecond))))
		d.do(tab, chromedp.KeyEvent("a"))
		<-pause.C
	}
	var took []time.Duration
	eventually(t, "all keys are stored", func() bool { return len(d.keys()) >= n })
	for _, r := range d.keys() {
		if !r.Answered() {
			t.Errorf("key %d was not answered", r.Number)
			continue
		}
		took = append(took, r.Drawn)
	}
	slices.Sort(took)
	return took
}

func (d *desk) keys() []study.Interaction {
	return slices.DeleteFunc(d.rows(), func(r study.Interaction) bool { return r.Kind != study.Key })
}

// What is reported minus what was set, beyond what the same path reports with nothing set, must
// be small: the clock says what the network did. STUDYCTL_CLOCK names a number of keys for a
// measurement in earnest, at all round trips, held to what is promised; without it a few keys at
// one round trip must be roughly right, on a machine that may be busy.
func TestTheClockSaysWhatTheNetworkDid(t *testing.T) {
	keys, trips := 8, []time.Duration{120 * time.Millisecond}
	most, most95 := 25*time.Millisecond, 100*time.Millisecond
	if n, err := strconv.Atoi(os.Getenv("STUDYCTL_CLOCK")); err == nil {
		keys, trips = n, []time.Duration{60 * time.Millisecond, 120 * time.Millisecond, 200 * time.Millisecond}
		most, most95 = 2*time.Millisecond, 16700*time.Microsecond
	}
	for name, machine := range map[string]func(*testing.T, study.Network) tapped{"a machine that answers at once": instant, "a boot sector in QEMU": bootSector} {
		t.Run(name, func(t *testing.T) {
			floor := responses(t, machine(t, study.Network{}), 0, keys)
			base := floor[len(floor)/2]
			t.Logf("nothing set: median %v, 95th percentile %v of %d", base, floor[len(floor)*95/100], len(floor))
			for _, rtt := range trips {
				t.Run(fmt.Sprint(rtt), func(t *testing.T) {
					took := responses(t, machine(t, study.Network{RTT: rtt}), rtt, keys)
					errs := make([]time.Duration, len(took))
					for i, d := range took {
						errs[i] = (d - rtt - base).Abs()
					}
					slices.Sort(errs)
					median, p95 := (took[len(took)/2] - rtt - base).Abs(), errs[len(errs)*95/100]
					t.Logf("median error %v, 95th percentile of errors %v of %d", median, p95, len(took))
					if median > most || p95 > most95 {
						t.Errorf("median error %v and 95th percentile %v, want at most %v and %v", median, p95, most, most95)
					}
				})
			}
		})
	}
}
