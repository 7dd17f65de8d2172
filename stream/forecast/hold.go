package forecast

import "time"

// Due is a chunk and when the machine will probably want it: so long after it goes on.
type Due struct {
	Chunk
	In time.Duration
}

// Hold is vTube's choice between pausing and streaming (section 4.4). It returns how many of
// dues, which come in this order, must be here before the machine goes on: each of the others then comes before
// it is due, at the given rate in bytes a second. cost is how many bytes a chunk takes on the wire. It is better
// to wait for the first ones once, with a display of progress, than to miss them one by one. The others
// come while the person works.
func Hold(dues []Due, rate float64, cost func(Chunk) float64) int {
	var sent, head float64 // bytes; head is how many must have come before the machine goes on
	for _, d := range dues {
		sent += cost(d.Chunk)
		head = max(head, sent-rate*d.In.Seconds())
	}
	sent = 0
	for i, d := range dues {
		if sent >= head {
			return i
		}
		sent += cost(d.Chunk)
	}
	return len(dues)
}
