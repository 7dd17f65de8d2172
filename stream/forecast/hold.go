package forecast

import "time"

// Due is a chunk and when the machine will probably want it: so long after it goes on.
type Due struct {
	Chunk
	In time.Duration
}

// Hold is vTube's choice between pausing and streaming (section 4.4). It returns how many of
// dues, which come in this order, must be here before the machine goes on, so that at the given
// rate, in bytes a second, each of the others comes before it is due. cost is what a chunk takes
// on the wire. What lies before is better waited for with a progress display than missed one by
// one; what lies after comes while the person works.
func Hold(dues []Due, rate float64, cost func(Chunk) float64) int {
	var sent, head float64 // bytes; head is how many of them must be here
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
