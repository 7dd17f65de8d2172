package web

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/document"
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

func TestPhasesAreAddedAndRemovedWithoutScripts(t *testing.T) {
	l := newLab(t)
	d := studytest.Design()
	d.Networks[0].Network.Schedule.Phases = []study.Phase{{From: time.Second, For: time.Second, Outage: true}, {From: 5 * time.Second, For: time.Second, Outage: true}}
	id := l.study(d, false)
	for do, want := range map[string][]string{ // where each phase stands, and when it begins
		"add networks[0].phases":     {"0 0 1", "0 1 5", "0 2 ", "1 0 "}, // a network without phases shows an empty row for one
		"add networks[1].phases":     {"0 0 1", "0 1 5", "1 0 "},
		"drop networks[0].phases[0]": {"0 0 5", "1 0 "},
		"drop networks[0].phases[9]": {"0 0 1", "0 1 5", "1 0 "},
		"drop networks[0].phases[x]": {"0 0 1", "0 1 5", "1 0 "},
		"drop networks[0]":           {"0 0 "},
		"add networks":               {"0 0 1", "0 1 5", "1 0 ", "2 0 "},
	} {
		in := designFields(d)
		in.Set("do", do)
		a := l.post(designPath(id), in)
		l.wants(a, 200, "")
		var got []string
		for _, e := range all(a.page, "input", "") {
			var network, phase int
			if n, err := fmt.Sscanf(attr(e, "name"), "networks[%d].phases[%d].from_s", &network, &phase); n == 2 && err == nil {
				got = append(got, fmt.Sprint(network, " ", phase, " ", attr(e, "value")))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", do, diff)
		}
	}
}

func TestTracesAreOfferedAndMustBeThere(t *testing.T) {
	l := newLab(t)
	dir := t.TempDir()
	for _, file := range []string{"mine.trace", "Verizon-LTE-short.down", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte("1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.server.traces = netem.NewTraces(dir)
	d := studytest.Design()
	d.Networks[0].Network.TraceDown = "mine"
	d.Networks[1].Network = study.Network{TraceUp: "lost"}
	id := l.study(d, false)
	a := l.get(designPath(id))
	l.wants(a, 200, "There is no trace lost: put a file lost.trace into "+dir)
	var offered []string
	for _, o := range all(l.one(a.page, "select", "name=networks[1].trace_up"), "option", "") {
		offered = append(offered, text(o))
	}
	if diff := cmp.Diff([]string{"none", "Verizon-LTE-short.down", "cafe-wifi", "commuter-lte", "mine", "steady-12mbps", "lost"}, offered); diff != "" {
		t.Errorf("traces on offer (-want +got):\n%s", diff)
	}
	l.wants(a, 200, "is no trace to choose")
	l.wants(a, 200, "rename it to notes.txt.trace")
	l.server.noAppliances = func() ([]string, error) { return []string{"desk: it has no manifest.yaml"}, nil }
	l.wants(l.get(designPath(id)), 200, "One file among the appliances cannot be used desk: it has no manifest.yaml")
	l.wants(l.get(studyPath(id)+"/publish"), 200, "There is no trace lost")
	l.wants(l.post(studyPath(id)+"/publish", url.Values{"revision": {document.Hash(d)}}), 422, "There is no trace lost")

	d.Networks[1].Network.TraceUp = "cafe-wifi"
	l.must(l.store.SaveDraft(t.Context(), id, d))
	l.wants(l.get(designPath(id)), 200, "This design can be published.")
	l.wantsRedirect(l.post(studyPath(id)+"/publish", url.Values{"revision": {document.Hash(d)}}), studyPath(id))
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
