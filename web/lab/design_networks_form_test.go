package lab

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/netem"
	"vmstudy/study"
	"vmstudy/studytest"
)

// drawPoints adds the fields behind "More" to a network, with the precision of the form.
func drawPoints(t *rapid.T, n study.Network) study.Network {
	per := func(label string) float64 { return float64(rapid.IntRange(0, 500_000).Draw(t, label)) / 1e6 }
	n.Overhead = rapid.IntRange(0, 200).Draw(t, "overhead")
	n.Shape = rapid.SampledFrom([]study.JitterShape{study.Uniform, study.Normal}).Draw(t, "shape")
	n.Discipline = rapid.SampledFrom([]study.QueueRule{study.DropTail, study.CoDel}).Draw(t, "discipline")
	n.Congestion = rapid.SampledFrom([]study.CongestionControl{study.Cubic, study.BBR, study.Reno}).Draw(t, "congestion")
	n.Overtake = rapid.Bool().Draw(t, "overtake")
	n.Duplicate, n.Burst = per("duplicate"), float64(rapid.SampledFrom([]int{0, 10, 25}).Draw(t, "burst"))
	if n.RTT > 0 {
		n.Reorder = per("reorder")
	}
	if rapid.Bool().Draw(t, "trace") {
		n.Down, n.TraceDown = 0, "commuter-lte"
	}
	if rapid.Bool().Draw(t, "bytes") {
		n.Queue, n.QueueBytes = 0, rapid.IntRange(1500, 1_500_000_000).Draw(t, "queue bytes")
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "phases") {
		p := study.Phase{From: time.Duration(i) * time.Minute, For: time.Duration(rapid.IntRange(10, 60_000).Draw(t, "for")) * time.Millisecond}
		if p.Outage = rapid.Bool().Draw(t, "outage"); !p.Outage {
			p.Up, p.RTT, p.Jitter, p.Loss = n.Up, n.RTT, n.Jitter, rapid.SampledFrom([]float64{0, n.Loss, 0.3}).Draw(t, "loss in the phase")
			p.Down = rapid.SampledFrom([]study.Bitrate{n.Down, 12_345_678}).Draw(t, "down in the phase")
		}
		n.Schedule.Phases, n.Schedule.Repeat = append(n.Schedule.Phases, p), time.Hour
	}
	return n
}

func TestFaultsBehindMoreStandBesideTheirNetwork(t *testing.T) {
	base := studytest.Design()
	base.Networks[1].Network.Schedule.Phases = []study.Phase{{From: time.Minute, For: 10 * time.Second, Outage: true}}
	for name, tt := range map[string]struct {
		change func(url.Values)
		field  string
		say    string
	}{
		"a trace beside a rate":      {set("networks[1].trace_down", "cafe-wifi"), "networks[1].down_mbps", "Network 3G: bandwidth down must be 0 where a trace is replayed in its place, not 7.2 Mbps."},
		"a trace that is a path":     {set("networks[0].trace_up", "../x"), "networks[0].trace_up", "Network LAN: trace up must be a name of 1 to 100 letters, digits, dots, hyphens and underscores that begins with a letter or a digit, not \"../x\"."},
		"bursts of half a packet":    {set("networks[1].loss_burst", "0.5"), "networks[1].loss_burst", "Network 3G: bursts of loss must be 0 (each packet by itself) or from 1 to 10000 packets long on average, not 0.5."},
		"a shape that is none":       {set("networks[1].jitter_shape", "square"), "networks[1].jitter_shape", "“square” is not one of uniform, normal."},
		"a congestion that is none":  {set("networks[1].tcp", "vegas"), "networks[1].tcp", "“vegas” is not one of cubic, bbr, reno."},
		"both kinds of queue":        {set("networks[1].queue_bytes", "2000"), "networks[1].queue_bytes", "Network 3G: queue must be given in packets or in bytes: one of the two must be 0."},
		"everything twice":           {set("networks[1].duplicate_percent", "100"), "networks[1].duplicate_percent", "Network 3G: duplicates must be from 0 to 50 %, not 100 %."},
		"repeated before it is over": {set("networks[1].repeat_s", "65"), "networks[1].repeat_s", "Network 3G: a schedule must repeat after 0 (never) or from 70 s, when its last phase has ended, to 7200 s, not 65 s."},
		"a phase of no length":       {set("networks[1].phases[0].for_s", "0"), "networks[1].phases[0].for_s", "Network 3G: phase 1: it must last from 0.01 to 7200 s, not 0 s."},
		"a phase in words":           {set("networks[1].phases[0].from_s", "soon"), "networks[1].phases[0].from_s", "“soon” is not a number such as 7.2 with at most 9 digits behind the point."},
		"an outage with a rate":      {set("networks[1].phases[0].down_mbps", "1"), "networks[1].phases[0].outage", "Network 3G: phase 1: this is an outage: it cannot have a bandwidth, delay or loss beside."},
	} {
		t.Run(name, func(t *testing.T) {
			in := designFields(base)
			tt.change(in)
			_, f, _ := takeDesign(in, appliancesForTest(), studytest.Design())
			if diff := cmp.Diff(map[string]string{tt.field: tt.say}, f.Faults); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if n := f.Networks[int(tt.field[len("networks[")]-'0')]; !n.Open {
				t.Error("what is at fault is not open to be seen")
			}
		})
	}
}

func TestAPictureShowsTheBandwidthOverATrial(t *testing.T) {
	n := study.Network{Down: 10 * study.Mbps, Up: 5 * study.Mbps, Schedule: study.Schedule{Phases: []study.Phase{
		{From: 30 * time.Second, For: 30 * time.Second, Outage: true},
		{From: 90 * time.Second, For: 10 * time.Second, Down: 5 * study.Mbps, Up: 5 * study.Mbps},
	}}}
	p := picture(study.NamedNetwork{Name: "weak", Network: n}, nil, 2*time.Minute)
	if want := "M0 0.0H76V48.0H150V0.0H226V24.0H250V0.0H300"; p.Down != want {
		t.Errorf("down is drawn as %s, want %s", p.Down, want)
	}
	if fmt.Sprint(p.Outages) != "[[76 150]]" || p.Most != "10 Mbps" || p.Until != "2 minutes" {
		t.Errorf("outages %v, at most %s until %s", p.Outages, p.Most, p.Until)
	}
	var steady strings.Builder
	for i := range 1000 {
		fmt.Fprintln(&steady, i/2+1) // 24 Mbps for half a second, and then nothing
	}
	fmt.Fprintln(&steady, 1000)
	trace, err := netem.ReadTrace(strings.NewReader(steady.String()))
	l := map[string]*netem.Trace{"half": trace}
	if err != nil {
		t.Fatal(err)
	}
	p = picture(study.NamedNetwork{Network: study.Network{TraceDown: "half"}}, l, 3*time.Second)
	if p.Most != "unlimited" || strings.Count(p.Down, "V") < 5 {
		t.Errorf("a trace with gaps is drawn as %s, at most %s", p.Down, p.Most)
	}
}
