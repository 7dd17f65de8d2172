package analysis

import (
	"testing"
	"time"

	"vmstudy/study"
)

func TestWhatANetworkSetsIsInItsColumnsAndNothingElse(t *testing.T) {
	var full attemptRow
	full.Set = study.Network{
		TraceDown: "lte", TraceUp: "cafe", Overhead: 38, RTT: time.Second, Jitter: time.Millisecond, Overtake: true,
		Loss: 0.013, Burst: 2.5, Duplicate: 0.01, Reorder: 0.02, Queue: 7, QueueBytes: 3000, Discipline: study.CoDel,
		Schedule: study.Schedule{Phases: []study.Phase{{For: time.Second, Outage: true}}},
	}
	want := map[string]string{
		"set_network": full.Set.String(), "set_trace_down": "lte", "set_trace_up": "cafe", "set_overhead_bytes": "38",
		"set_jitter_shape": "uniform", "set_overtake": "true", "set_burst_packets": "2.5", "set_duplicate_percent": "1",
		"set_reorder_percent": "2", "set_queue_packets": "7", "set_queue_bytes": "3000", "set_queue_discipline": "codel", "set_phases": "1",
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
