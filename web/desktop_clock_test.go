package web

import (
	"cmp"
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

// warmUp is how many keys are typed first, into a browser and a machine that have just started.
const warmUp = 5

// responses types n keys into a desktop that is reached by screen and returns what is on record of
// them. The pauses between keys are random, so that no clock falls into step.
//
// Each round trip has a connection of its own: one whose round trip changed under it would have
// packets on the long way hold up those on the short, and its TCP a false notion of it.
func responses(t *testing.T, screen tapped, rtt time.Duration, n int) []study.Interaction {
	t.Helper()
	d := newDesk(t, rfbtest.NewServer(8, 8))
	d.config.Conduct = through{d.conduct, screen}
	d.server = New(d.config)
	d.web = httptest.NewServer(d.server.Handler())
	t.Cleanup(d.web.Close)
	tab := d.open()
	chance := rand.New(rand.NewPCG(1, 2))
	for range warmUp + n {
		pause := time.NewTimer(rtt + 90*time.Millisecond + time.Duration(chance.Int64N(int64(60*time.Millisecond))))
		d.do(tab, chromedp.KeyEvent("a"))
		<-pause.C
	}
	eventually(t, "all keys are stored", func() bool { return len(d.keys()) >= warmUp+n })
	var took []study.Interaction
	for _, r := range d.keys()[warmUp:] {
		if !r.Answered() {
			t.Errorf("key %d was not answered", r.Number)
			continue
		}
		took = append(took, r)
	}
	return took
}

// keys returns the keys that are on record, in the order in which they were typed.
func (d *desk) keys() []study.Interaction {
	keys := slices.DeleteFunc(d.rows(), func(r study.Interaction) bool { return r.Kind != study.Key })
	slices.SortFunc(keys, func(a, b study.Interaction) int { return cmp.Compare(a.Number, b.Number) })
	return keys
}

// reported is the response time; without is what of it did not pass in the machine, which the tap
// there timed with another clock: what browser, server and network have added. What a busy
// machine takes longer for a single key is part of what a person felt, and of its response time;
// but it is no error of the clock.
func reported(r study.Interaction) time.Duration { return r.Drawn }
func without(r study.Interaction) time.Duration  { return r.Drawn - r.Machine }

// misses returns by how much a time misses the round trip that was set plus the median of the same
// time with nothing set: in the median, and at the 95th percentile of single times.
func misses(far, near []study.Interaction, rtt time.Duration, of func(study.Interaction) time.Duration) (median, p95 time.Duration) {
	took, floor := sorted(far, of), sorted(near, of)
	expected := rtt + floor[len(floor)/2]
	median = (took[len(took)/2] - expected).Abs()
	for i, d := range took {
		took[i] = (d - expected).Abs()
	}
	slices.Sort(took)
	return median, took[len(took)*95/100]
}

func sorted(rows []study.Interaction, of func(study.Interaction) time.Duration) (all []time.Duration) {
	for _, r := range rows {
		all = append(all, of(r))
	}
	slices.Sort(all)
	return all
}

// What is reported minus what was set, beyond what the same path reports with nothing set, must
// be small: the clock says what the network did. STUDYCTL_CLOCK names a number of keys for a
// measurement in earnest, at all round trips, held to what is promised; without it a few keys at
// one round trip must show in what is reported: everything here may be busy.
func TestTheClockSaysWhatTheNetworkDid(t *testing.T) {
	keys, trips := 8, []time.Duration{120 * time.Millisecond}
	most, most95, judged := 80*time.Millisecond, 300*time.Millisecond, reported
	if n, err := strconv.Atoi(os.Getenv("STUDYCTL_CLOCK")); err == nil {
		keys, trips = n, []time.Duration{60 * time.Millisecond, 120 * time.Millisecond, 200 * time.Millisecond}
		most, most95, judged = 2*time.Millisecond, 16700*time.Microsecond, reported
	}
	for name, machine := range map[string]func(*testing.T, study.Network) tapped{"a machine that answers at once": instant, "a boot sector in QEMU": bootSector} {
		t.Run(name, func(t *testing.T) {
			near := responses(t, machine(t, study.Network{}), 0, keys)
			floor := sorted(near, reported)
			t.Logf("nothing set: median %v, 95th percentile %v of %d", floor[len(floor)/2], floor[len(floor)*95/100], len(floor))
			for _, rtt := range trips {
				t.Run(fmt.Sprint(rtt), func(t *testing.T) {
					far := responses(t, machine(t, study.Network{RTT: rtt}), rtt, keys)
					for what, of := range map[string]func(study.Interaction) time.Duration{"": reported, " without the machine's own time": without} {
						median, p95 := misses(far, near, rtt, of)
						t.Logf("median error%s %v, 95th percentile of errors %v, of %d", what, median, p95, len(far))
					}
					if median, p95 := misses(far, near, rtt, judged); median > most || p95 > most95 {
						t.Errorf("median error %v and 95th percentile %v, want at most %v and %v", median, p95, most, most95)
					}
				})
			}
		})
	}
}
