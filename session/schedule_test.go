package session

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
	"vmstudy/vmhost"
)

// told is a link that remembers the networks it was set to, and when.
type told struct {
	set []study.Network
	at  []time.Time
}

func (l *told) DialNear(context.Context, int) (net.Conn, error) { return nil, net.ErrClosed }
func (l *told) ListenFar(int) (net.Listener, error)             { return nil, net.ErrClosed }
func (l *told) Counters() study.LinkReport                      { return study.LinkReport{} }
func (l *told) Close() error                                    { return nil }
func (l *told) Set(n study.Network) error {
	l.set, l.at = append(l.set, n), append(l.at, time.Now())
	return nil
}

func TestTheScheduleBeginsWhenTheDesktopIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := study.Network{Down: 10 * study.Mbps, RTT: 20 * time.Millisecond, Schedule: study.Schedule{
			Phases: []study.Phase{{From: time.Minute, For: 10 * time.Second, Outage: true}}, Repeat: 2 * time.Minute,
		}}
		link := &told{}
		d := newDesktop(vmhost.Appliance{}, func(Progress) {})
		d.link, d.meter, d.report.Set = link, newMeter(link), n
		<-time.After(time.Hour) // the participant waits for a picture
		began := time.Now()
		if err := d.Seen(); err != nil {
			t.Fatal(err)
		}
		<-time.After(200 * time.Second)
		if err := d.Close(t.Context()); err != nil { // returns only when follow has returned
			t.Fatal(err)
		}
		if len(link.set) != 1 || !link.set[0].Equal(n) || !link.at[0].Equal(began) {
			t.Errorf("the link was set to %v at %v, want once, to %v at %v", link.set, link.at, n, began)
		}
		event := func(after time.Duration, detail string) study.Event {
			return study.Event{Kind: study.NetworkChanged, At: began.Add(after), Detail: detail}
		}
		const up, down = "10/∞ Mbps, 20 ms", "10/∞ Mbps, 20 ms, outage"
		want := []study.Event{
			event(0, up), event(60*time.Second, down), event(70*time.Second, up), event(180*time.Second, down), event(190*time.Second, up),
		}
		if diff := cmp.Diff(want, d.Report().Events); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

func TestOnlyWhatChangesByTimeIsSetAgain(t *testing.T) {
	for name, test := range map[string]struct {
		network study.Network
		sets    int
	}{
		"a plain condition": {study.Network{Down: study.Mbps}, 0},
		"a trace":           {study.Network{TraceUp: "lte"}, 1}, // it begins anew for every participant
	} {
		link, d := &told{}, newDesktop(vmhost.Appliance{}, func(Progress) {})
		d.link, d.report.Set = link, test.network
		if err := d.Seen(); err != nil || len(link.set) != test.sets {
			t.Errorf("%s: set %d times (error %v), want %d", name, len(link.set), err, test.sets)
		}
		if err := d.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := newDesktop(vmhost.Appliance{}, func(Progress) {}).Seen(); err != nil {
		t.Errorf("without a link: %v", err)
	}
}
