package analysis

import (
	"testing"
	"time"

	"vmstudy/study"
)

func TestWhatANetworkSetsIsInItsColumnsAndNothingElse(t *testing.T) {
	var full attemptRow
	full.trial.Condition.Method, full.Link.Way = study.VNC, study.TunWay
	full.Set = study.Network{
		TraceDown: "lte", TraceUp: "cafe", Overhead: 38, RTT: time.Second, Jitter: time.Millisecond, Overtake: true,
		Loss: 0.013, Burst: 2.5, Duplicate: 0.01, Reorder: 0.02, Queue: 7, QueueBytes: 3000, Discipline: study.CoDel, Congestion: study.BBR,
		Schedule: study.Schedule{Phases: []study.Phase{{For: time.Second, Outage: true}}},
	}
	want := map[string]string{
		"set_network": full.Set.String(), "set_trace_down": "lte", "set_trace_up": "cafe", "set_overhead_bytes": "38",
		"set_jitter_shape": "uniform", "set_overtake": "TRUE", "set_burst_packets": "2.5", "set_duplicate_percent": "1",
		"set_reorder_percent": "2", "set_queue_packets": "7", "set_queue_bytes": "3000", "set_queue_discipline": "codel", "set_congestion_control": "bbr", "set_phases": "1",
	}
	for _, c := range conditionColumns {
		got, quoted := string(c.Get(full).appendTo(nil)), string(Text(want[c.Name]).appendTo(nil))
		if got == "" || got != want[c.Name] && got != quoted {
			t.Errorf("%s is %q, want %q", c.Name, got, want[c.Name])
		}
		if got := string(c.Get(attemptRow{}).appendTo(nil)); got != "" {
			t.Errorf("%s is %q without a network, want nothing", c.Name, got)
		}
	}
}

func TestCausesOfDropsAreMissingWhereTheyAreNotKnown(t *testing.T) {
	seen := func(name string, moved study.LinkReport) string {
		for _, c := range trafficColumns {
			if c.Name == name {
				return string(c.Get(Traffic{LinkSecond: study.LinkSecond{Moved: moved}}).appendTo(nil))
			}
		}
		t.Fatalf("there is no column %s", name)
		return ""
	}
	known := study.LinkReport{
		DropsDown: 10, CausesDown: study.Drops{Lost: 1, Full: 2, Managed: 3, Cut: 4},
		DropsUp: 26, CausesUp: study.Drops{Lost: 5, Full: 6, Managed: 7, Cut: 8},
	}
	for name, want := range map[string]string{
		"down_drops_loss": "1", "down_drops_queue": "2", "down_drops_codel": "3", "down_drops_outage": "4",
		"up_drops_loss": "5", "up_drops_queue": "6", "up_drops_codel": "7", "up_drops_outage": "8",
	} {
		if got := seen(name, known); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
		if got := seen(name, study.LinkReport{}); got != "0" {
			t.Errorf("%s is %q where nothing was dropped, want 0", name, got)
		}
		if got := seen(name, study.LinkReport{DropsDown: 3, DropsUp: 3}); got != "NA" {
			t.Errorf("%s is %q where the causes are not known, want NA", name, got)
		}
	}
}
