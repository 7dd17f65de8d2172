package stream

import "time"

// Stats is what a stream has cost so far.
type Stats struct {
	WireBytes  int64         // received from the origin, compressed, all connections
	Demanded   int           // chunks asked for because a reader waited
	Ahead      int           // chunks that came by read-ahead
	Accessed   int           // different chunks that readers touched
	Waits      int           // reads that had to wait, for a demand or for read-ahead in flight
	Waited     time.Duration // sum over these
	LongestOne time.Duration // longest of these
	Reconnects int           // connections after the first
}

func (s *Stats) waited(d time.Duration) {
	s.Waits++
	s.Waited += d
	s.LongestOne = max(s.LongestOne, d)
}

func (s *Stats) landed(r read) {
	if r.Demand {
		s.Demanded += len(r.Chunks)
	} else {
		s.Ahead += len(r.Chunks)
	}
}

// Stats returns the counters so far.
func (n *Near) Stats() Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.stats
	s.Accessed = len(n.firsts.accesses)
	return s
}

// Progress is how far the read-ahead has come, for the person who waits.
type Progress struct {
	WireBytes   int64 // received so far, compressed
	Resume      Share
	Whole       Share // the whole trace
	InFlight    int   // reads asked for and not answered
	WindowBytes int   // how much may be outstanding: about the link's bandwidth-delay product
}

// Share is how much of a part of the trace is here, counted from its beginning without gaps.
type Share struct {
	Chunks, Of int
	// ExpectBytes is how many bytes on the wire are still to come, estimated from what chunks
	// cost lately.
	ExpectBytes int64
}

// Progress returns how far the read-ahead has come.
func (n *Near) Progress() Progress {
	n.mu.Lock()
	defer n.mu.Unlock()
	share := func(of int) Share {
		here := min(n.plan.loaded, of)
		return Share{Chunks: here, Of: of, ExpectBytes: int64(float64(of-here) * n.plan.mean)}
	}
	return Progress{
		WireBytes: n.stats.WireBytes, Resume: share(n.resume), Whole: share(len(n.plan.ahead)),
		InFlight: len(n.plan.flights), WindowBytes: n.plan.pace.size(),
	}
}
