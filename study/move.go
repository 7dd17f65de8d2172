package study

import "time"

// MoveKind is whether the far machine of the VNC method moves to another host during the task, and how. The zero MoveKind is
// NoMove.
type MoveKind string

// The kinds.
const (
	NoMove MoveKind = ""
	// Enlightened stops the machine at once and lets it go on at the other host, where its memory comes when it is needed, and
	// besides in the order of what the guest knows of it. Abe et al., "Urgent virtual machine migration with enlightened
	// post-copy", VEE 2016.
	Enlightened MoveKind = "enlightened"
)

// MoveKinds lists every kind.
func MoveKinds() []MoveKind { return []MoveKind{NoMove, Enlightened} }

// Valid reports whether k is one of MoveKinds.
func (k MoveKind) Valid() bool { return k == NoMove || k == Enlightened }

// When a machine moves, and over which link between the two hosts, if nobody chooses.
const (
	UsualMoveAt   = 30 * time.Second // after the task began
	UsualMoveRate = 1000 * Mbps
	UsualMoveRTT  = 500 * time.Microsecond
)

// Limits of these.
const (
	LeastMoveAt   = time.Second
	MostMoveAt    = time.Hour
	LeastMoveRate = Mbps
	MostMoveRate  = 10_000 * Mbps
	MostMoveRTT   = time.Second
)

// Between returns the link between the two hosts of a machine that moves.
func (a Access) Between() Network {
	return Network{Down: a.MovesRate, Up: a.MovesRate, RTT: a.MovesRTT}
}

func (a Access) checkMove(f faults) {
	f.unless(a.Moves.Valid(), "move", "the move %q is unknown", a.Moves)
	f.unless(a.Method == VNC || a.Moves == NoMove, "move", "only the machine of vnc moves: that of a stream or of local runs beside the participant")
	if a.Moves == NoMove {
		f.unless(a.MovesAt == 0, "move_at_s", "only a machine that moves has a time for it")
		f.unless(a.MovesRate == 0 && a.MovesRTT == 0, "move_mbps", "only a machine that moves has a link between two hosts")
		return
	}
	f.unless(a.MovesAt >= LeastMoveAt && a.MovesAt <= MostMoveAt, "move_at_s",
		"a machine moves %g to %g seconds after the task began", LeastMoveAt.Seconds(), MostMoveAt.Seconds())
	f.unless(a.MovesRate >= LeastMoveRate && a.MovesRate <= MostMoveRate, "move_mbps",
		"the rate between the hosts is a number from %g to %g Mbps", LeastMoveRate.Mbps(), MostMoveRate.Mbps())
	f.unless(a.MovesRTT >= 0 && a.MovesRTT <= MostMoveRTT, "move_rtt_ms", "the round trip between the hosts takes 0 to %d ms", MostMoveRTT.Milliseconds())
}
