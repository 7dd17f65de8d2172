package postgres

import (
	"time"

	"vmstudy/study"
)

// networkDoc is the JSON document of a study.Network. Fields that were added after the first six
// are left out where they are zero; so older documents, which lack them, mean the same.
type networkDoc struct {
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
	Phases     []phaseDoc              `json:"phases,omitempty"`
	Repeat     time.Duration           `json:"repeat_ns,omitempty"`
}

// phaseDoc has the same fields as study.Phase, so that Go converts one into the other.
type phaseDoc struct {
	From   time.Duration `json:"from_ns"`
	For    time.Duration `json:"for_ns"`
	Outage bool          `json:"outage"`
	Down   study.Bitrate `json:"down_bps"`
	Up     study.Bitrate `json:"up_bps"`
	RTT    time.Duration `json:"rtt_ns"`
	Jitter time.Duration `json:"jitter_ns"`
	Loss   float64       `json:"loss"`
}

func toNetworkDoc(n study.Network) networkDoc {
	doc := networkDoc{
		Down: n.Down, Up: n.Up, RTT: n.RTT, Jitter: n.Jitter, Loss: n.Loss, Queue: n.Queue,
		TraceDown: n.TraceDown, TraceUp: n.TraceUp, Overhead: n.Overhead, Shape: n.Shape, Overtake: n.Overtake,
		Burst: n.Burst, Duplicate: n.Duplicate, Reorder: n.Reorder,
		QueueBytes: n.QueueBytes, Discipline: n.Discipline, Congestion: n.Congestion, Outage: n.Outage, Repeat: n.Schedule.Repeat,
	}
	for _, p := range n.Schedule.Phases {
		doc.Phases = append(doc.Phases, phaseDoc(p))
	}
	return doc
}

func (doc networkDoc) network() study.Network {
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
