package forecast

import "time"

// Due is a chunk and when the machine will probably want it: so long after it goes on.
type Due struct {
	Chunk
	In time.Duration
}

// Hold is vTube's choice between pausing and streaming (section 4.4). It returns how many of
// dues, which come in this order, must be here before the machine goes on, so that at the given
// rate, in chunks a second, each of the others comes before it is due. What lies before is
// better waited for with a progress display than missed one by one; what lies after comes while
// the person works.
func Hold(dues []Due, rate float64) int {
	hold := 0
	for i, d := range dues {
		hold = max(hold, i+1-int(rate*d.In.Seconds()))
	}
	return hold
}
