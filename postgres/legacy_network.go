package postgres

import (
	"time"

	"vmstudy/study"
)

// oldNetwork is a network as databases had it until step 16. Nothing may change here.
type oldNetwork struct {
	Down   study.Bitrate `json:"down_bps"`
	Up     study.Bitrate `json:"up_bps"`
	RTT    time.Duration `json:"rtt_ns"`
	Jitter time.Duration `json:"jitter_ns"`
	Loss   float64       `json:"loss"`
	Queue  int           `json:"queue_packets"`

	TraceDown  string                  `json:"trace_down,omitempty"`
	TraceUp    string                  `json:"trace_up,omitempty"`
	Overhead   int                     `json:"overhead_bytes,omitempty"`
	Shape      study.JitterShape       `json:"jitter_shape,omitempty"`
	Overtake   bool                    `json:"overtake,omitempty"`
	Burst      float64                 `json:"burst_packets,omitempty"`
	Duplicate  float64                 `json:"duplicate,omitempty"`
	Reorder    float64                 `json:"reorder,omitempty"`
	QueueBytes int                     `json:"queue_bytes,omitempty"`
	Discipline study.QueueRule         `json:"queue_discipline,omitempty"`
	Congestion study.CongestionControl `json:"congestion_control,omitempty"`
	Outage     bool                    `json:"outage,omitempty"`
	Phases     []oldPhase              `json:"phases,omitempty"`
	Repeat     time.Duration           `json:"repeat_ns,omitempty"`
}

type oldPhase struct {
	From   time.Duration `json:"from_ns"`
	For    time.Duration `json:"for_ns"`
	Outage bool          `json:"outage"`
	Down   study.Bitrate `json:"down_bps"`
	Up     study.Bitrate `json:"up_bps"`
	RTT    time.Duration `json:"rtt_ns"`
	Jitter time.Duration `json:"jitter_ns"`
	Loss   float64       `json:"loss"`
}

func (doc oldNetwork) network() study.Network {
	n := study.Network{
		Down: doc.Down, Up: doc.Up, RTT: doc.RTT, Jitter: doc.Jitter, Loss: doc.Loss, Queue: doc.Queue,
		TraceDown: doc.TraceDown, TraceUp: doc.TraceUp, Overhead: doc.Overhead, Shape: doc.Shape, Overtake: doc.Overtake,
		Burst: doc.Burst, Duplicate: doc.Duplicate, Reorder: doc.Reorder,
		QueueBytes: doc.QueueBytes, Discipline: doc.Discipline, Congestion: doc.Congestion, Outage: doc.Outage,
		Schedule: study.Schedule{Repeat: doc.Repeat},
	}
	for _, p := range doc.Phases {
		n.Schedule.Phases = append(n.Schedule.Phases, study.Phase(p))
	}
	return n
}

// canonical writes the fields that the line "network" does not contain.
func (doc oldNetwork) canonical(line func(name string, values ...any)) {
	add := func(is bool, name string, value any) {
		if is {
			line("network."+name, value)
		}
	}
	add(doc.TraceDown != "", "trace_down", doc.TraceDown)
	add(doc.TraceUp != "", "trace_up", doc.TraceUp)
	add(doc.Overhead != 0, "overhead", doc.Overhead)
	add(doc.Shape != "", "shape", string(doc.Shape))
	add(doc.Overtake, "overtake", doc.Overtake)
	add(doc.Burst != 0, "burst", doc.Burst)
	add(doc.Duplicate != 0, "duplicate", doc.Duplicate)
	add(doc.Reorder != 0, "reorder", doc.Reorder)
	add(doc.QueueBytes != 0, "queue_bytes", doc.QueueBytes)
	add(doc.Discipline != "", "discipline", string(doc.Discipline))
	add(doc.Congestion != "", "congestion", string(doc.Congestion))
	add(doc.Outage, "outage", doc.Outage)
	for _, p := range doc.Phases {
		line("network.phase", int64(p.From), int64(p.For), p.Outage,
			int64(p.Down), int64(p.Up), int64(p.RTT), int64(p.Jitter), p.Loss)
	}
	add(doc.Repeat != 0, "repeat", int64(doc.Repeat))
}
