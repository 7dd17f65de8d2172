package study_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
)

// full returns a network with every field set. It is not valid.
func full() study.Network {
	return study.Network{
		Down: 7_200 * study.Kbps, Up: study.Mbps, TraceDown: "lte", TraceUp: "cafe", Overhead: 38,
		RTT: 120 * time.Millisecond, Jitter: 5 * time.Millisecond, Shape: study.Normal, Overtake: true,
		Loss: 0.01, Burst: 4, Duplicate: 0.02, Reorder: 0.03,
		Queue: 7, QueueBytes: 90_000, Discipline: study.CoDel, Congestion: study.BBR, Outage: true,
		Schedule: study.Schedule{
			Phases: []study.Phase{
				{From: time.Minute, For: 10 * time.Second, Outage: true},
				{From: 2 * time.Minute, For: time.Second, Down: study.Mbps, Up: study.Mbps, RTT: time.Second, Jitter: time.Millisecond, Loss: 0.5},
			},
			Repeat: 5 * time.Minute,
		},
	}
}

// leaves calls change for every field of every struct in v, at any depth.
func leaves(v reflect.Value, path string, change func(path string, field reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			leaves(v.Field(i), path+"."+v.Type().Field(i).Name, change)
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), path, change)
		}
	default:
		change(path, v)
	}
}

// without returns, for each field of n, a copy of n in which that field is zero.
func without(n study.Network) map[string]study.Network {
	all := map[string]study.Network{}
	leaves(reflect.ValueOf(&n).Elem(), "network", func(path string, field reflect.Value) {
		was := reflect.ValueOf(field.Interface())
		if was.IsZero() {
			return
		}
		field.SetZero()
		copied := n
		copied.Schedule.Phases = append([]study.Phase(nil), n.Schedule.Phases...)
		all[path] = copied
		field.Set(was)
	})
	return all
}

func TestEveryFieldOfANetworkCounts(t *testing.T) {
	names, texts := map[string]bool{}, map[string]bool{full().String(): true}
	for field, n := range without(full()) {
		names[field] = true
		if n.Equal(full()) || full().Equal(n) {
			t.Errorf("%s: the networks are equal without it", field)
		}
		if texts[n.String()] {
			t.Errorf("%s: the words %q do not say it", field, n)
		}
		texts[n.String()] = true
	}
	if len(names) < 26 {
		t.Errorf("only %d fields were looked at: full() leaves one zero", len(names))
	}
	if !full().Equal(full()) || full().IsZero() || !(study.Network{Schedule: study.Schedule{Phases: []study.Phase{}}}).IsZero() {
		t.Error("equality is wrong")
	}
}

func TestNetworkValidate(t *testing.T) {
	const ms = time.Millisecond
	phases := func(p ...study.Phase) study.Network { return study.Network{Schedule: study.Schedule{Phases: p}} }
	outage := study.Phase{From: time.Minute, For: 10 * time.Second, Outage: true}
	tests := map[string]struct {
		network study.Network
		say     string // what the sentence begins with; empty for a good network
	}{
		"lab network":               {study.Network{}, ""},
		"broadband":                 {study.Network{Down: 25 * study.Mbps, Up: 5 * study.Mbps, RTT: 40 * ms}, ""},
		"total loss":                {study.Network{Loss: 1}, "loss must be from 0 to 90 %, not 100 %"},
		"loss that is no number":    {study.Network{Loss: math.NaN()}, "loss must be"},
		"jitter beyond the delay":   {study.Network{RTT: 10 * ms, Jitter: 6 * ms}, "jitter must be from 0 to half the round-trip time (5 ms) where packets keep their order, not 6 ms"},
		"the same, out of order":    {study.Network{RTT: 10 * ms, Jitter: 6 * ms, Overtake: true}, ""},
		"endless jitter":            {study.Network{Jitter: 6 * time.Second, Overtake: true}, "jitter must be from 0 to 5000 ms"},
		"an unknown jitter":         {study.Network{Shape: "cauchy"}, "the shape of jitter"},
		"a negative round trip":     {study.Network{RTT: -1}, "round-trip time must be"},
		"less than a packet/second": {study.Network{Down: 11_999}, "bandwidth down must be 0 (unlimited) or from 0.012 to 10000 Mbps, not 0.011999"},
		"negative rate up":          {study.Network{Up: -1}, "bandwidth up must be"},
		"a trace":                   {study.Network{TraceDown: "lte-2"}, ""},
		"a public trace":            {study.Network{TraceDown: "0.57mbps-poisson", TraceUp: "TMobile-UMTS_driving.up"}, ""},
		"a trace and a rate":        {study.Network{TraceUp: "lte", Up: study.Mbps}, "bandwidth up must be 0 where a trace is replayed"},
		"a trace elsewhere":         {study.Network{TraceDown: "../secret"}, "trace down must be a name"},
		"a trace of a long name":    {study.Network{TraceDown: strings.Repeat("a", 101)}, "trace down must be a name of 1 to 100"},
		"a trace of 100 letters":    {study.Network{TraceDown: strings.Repeat("a", 100)}, ""},
		"a trace above":             {study.Network{TraceDown: ".."}, "trace down must be a name"},
		"a trace that is a flag":    {study.Network{TraceDown: "-x"}, "trace down must be a name"},
		"too much framing":          {study.Network{Overhead: 201}, "overhead must be from 0 to 200 bytes"},
		"bursts of loss":            {study.Network{Loss: 0.01, Burst: 8}, ""},
		"bursts shorter than one":   {study.Network{Loss: 0.01, Burst: 0.5}, "bursts of loss must be 0"},
		"bursts that are no number": {study.Network{Loss: 0.01, Burst: math.NaN()}, "bursts of loss must be 0"},
		"bursts rarer than chance":  {study.Network{Loss: 0.5, Burst: 1.5}, "bursts of loss must be from 2 packets at a loss of 50 %"},
		"everything twice":          {study.Network{Duplicate: 1}, "duplicates must be from 0 to 50 %, not 100 %"},
		"no number of duplicates":   {study.Network{Duplicate: math.NaN()}, "duplicates must be"},
		"reordered":                 {study.Network{RTT: ms, Reorder: 0.25}, ""},
		"reordered without a delay": {study.Network{Reorder: 0.25}, "reordered packets need a round-trip time"},
		"everything reordered":      {study.Network{RTT: ms, Reorder: 1}, "reordered packets must be"},
		"negative queue":            {study.Network{Queue: -1}, "queue must be from 0 to 1000000 packets"},
		"less than a packet":        {study.Network{QueueBytes: 1499}, "queue must be 0 or from 1500"},
		"packets and bytes":         {study.Network{Queue: 10, QueueBytes: 15_000}, "queue must be given in packets or in bytes"},
		"an unknown discipline":     {study.Network{Discipline: "red"}, "the discipline of the queue"},
		"an unknown congestion":     {study.Network{Congestion: "vegas"}, "the congestion control must be cubic, bbr or reno"},
		"cubic by its name":         {study.Network{Congestion: "cubic"}, "the congestion control must be"},
		"reno":                      {study.Network{Congestion: study.Reno}, ""},
		"an outage":                 {phases(outage), ""},
		"phases end to end":         {phases(study.Phase{For: time.Minute, Loss: 0.1}, outage), ""},
		"phases overlapping":        {phases(study.Phase{For: 61 * time.Second, Loss: 0.1}, outage), "phase 2: it must begin at 61 s or later"},
		"a phase before the first":  {phases(study.Phase{From: -1, For: time.Second}), "phase 1: it must begin from 0"},
		"a phase of no length":      {phases(study.Phase{From: 1}), "phase 1: it must last from 0.01"},
		"an outage with a rate":     {phases(study.Phase{For: time.Second, Outage: true, Down: study.Mbps}), "phase 1: this is an outage"},
		"a phase that cannot be":    {phases(study.Phase{For: time.Second, Loss: 2}), "phase 1: loss must be from 0 to 90 %"},
		"too many phases":           {phases(make([]study.Phase, 51)...), "a schedule must have from 0 to 50 phases"},
		"repeated":                  {study.Network{Schedule: study.Schedule{Phases: []study.Phase{outage}, Repeat: 70 * time.Second}}, ""},
		"repeated too early":        {study.Network{Schedule: study.Schedule{Phases: []study.Phase{outage}, Repeat: 69 * time.Second}}, "a schedule must repeat after 0 (never) or from 70 s"},
		"nothing repeated":          {study.Network{Schedule: study.Schedule{Repeat: time.Second}}, "a schedule that repeats needs"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := tt.network.Validate()
			if tt.say == "" && err == nil {
				return
			}
			if tt.say == "" || !errors.Is(err, study.ErrInvalid) || !strings.HasPrefix(study.Sentence(err), tt.say) {
				t.Errorf("Validate() = %v, want a sentence that begins %q", err, tt.say)
			}
		})
	}
}

func TestAScheduleSaysWhatHoldsAndUntilWhen(t *testing.T) {
	base := study.Network{TraceDown: "lte", Up: study.Mbps, RTT: 100 * time.Millisecond, Burst: 4}
	slow := study.Phase{From: 20 * time.Second, For: 5 * time.Second, Down: study.Mbps, RTT: time.Second, Loss: 0.1}
	phases := []study.Phase{{From: 10 * time.Second, For: 10 * time.Second, Outage: true}, slow}
	dead, weak := base, base
	dead.Outage = true
	weak.TraceDown, weak.Down, weak.Up, weak.RTT, weak.Loss = "", study.Mbps, 0, time.Second, 0.1
	type step struct {
		at   time.Duration // seconds
		want study.Network
		till time.Duration // seconds; -1 for ever
	}
	for name, test := range map[string]struct {
		schedule study.Schedule
		steps    []step
	}{
		"without a phase": {study.Schedule{}, []step{{0, base, -1}, {1000, base, -1}}},
		"once": {study.Schedule{Phases: phases}, []step{
			{0, base, 10}, {10, dead, 20}, {19, dead, 20}, {20, weak, 25}, {25, base, -1}, {1000, base, -1},
		}},
		"again and again": {study.Schedule{Phases: phases, Repeat: 30 * time.Second}, []step{
			{0, base, 10}, {12, dead, 20}, {25, base, 40}, {30, base, 40}, {40, dead, 50}, {3024, weak, 3025},
		}},
		"without a gap": {study.Schedule{Phases: []study.Phase{{For: 10 * time.Second, Outage: true}}, Repeat: 10 * time.Second}, []step{
			{0, dead, 10}, {10, dead, 20},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			n := base
			n.Schedule = test.schedule
			for _, s := range test.steps {
				till := s.till * time.Second
				if s.till < 0 {
					till = study.Forever
				}
				if got, until := n.At(s.at * time.Second); !got.Equal(s.want) || until != till {
					t.Errorf("at %d s: %v until %v, want %v until %v", s.at, got, until, s.want, till)
				}
			}
		})
	}
}

func TestAPhaseSaysThatTheTraceGoesOnInIt(t *testing.T) {
	n := study.Network{TraceDown: "lte", Up: study.Mbps, RTT: 20 * time.Millisecond}
	n.Schedule.Phases = []study.Phase{{From: time.Second, For: time.Second, Up: study.Mbps, RTT: 90 * time.Millisecond}}
	const want = "trace lte/1 Mbps, 20 ms, from 1 s for 1 s: trace lte/1 Mbps 90 ms ± 0 ms loss 0 %"
	if got := n.String(); got != want {
		t.Errorf("the network says %q, want %q", got, want)
	}
}
