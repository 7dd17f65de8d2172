package plan

import (
	"time"

	"vmstudy/stream/wire"
)

// Stats is what a stream has cost so far.
type Stats struct {
	WireBytes  int64         // received from the origin, compressed, all connections
	Demanded   int           // chunks asked for because a reader waited
	Ahead      int           // chunks that came by read-ahead
	Accessed   int           // different chunks that readers touched, zeros not counted
	Missed     int           // of these, chunks that were not here when they were touched first
	Waits      int           // reads that had to wait, for a demand or for read-ahead in flight
	Waited     time.Duration // sum over these
	LongestOne time.Duration // longest of these
	Reconnects int           // connections after the first
	Wrong      int           // chunks that came without their hash
	Kept       int           // chunks that the near cache had when the stream began
	Restored   int           // of these, chunks that were touched
	Saved      int64         // bytes that these cost when they came, in an earlier stream
}

func (s *Stats) waited(d time.Duration) {
	s.Waits++
	s.Waited += d
	s.LongestOne = max(s.LongestOne, d)
}

func (s *Stats) landed(r wire.Read) {
	if r.Demand {
		s.Demanded += len(r.Chunks)
	} else {
		s.Ahead += len(r.Chunks)
	}
}

// Stats returns the counters so far.
func (p *Planner) Stats() Stats { return p.stats }

// Progress is how far the read-ahead has come.
type Progress struct {
	WireBytes   int64 // received so far, compressed
	Here, Of    int   // chunks of the plan of now, counted from its beginning without gaps
	InFlight    int   // reads asked for and not answered
	WindowBytes int   // how much may be outstanding: about the link's bandwidth-delay product
}

// Progress returns how far the read-ahead has come.
func (p *Planner) Progress() Progress {
	return Progress{
		WireBytes: p.stats.WireBytes, Here: p.loaded, Of: len(p.ahead), InFlight: len(p.flights), WindowBytes: p.pace.size(),
	}
}
