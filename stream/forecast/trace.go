package forecast

import (
	"cmp"
	"slices"
	"time"
)

// ResumeSpan is how much of a trace, from its first access, makes the resume set.
const ResumeSpan = 3 * time.Second

// Access is the first time that a run touched a chunk.
type Access struct {
	Chunk
	At   time.Duration // since the first access of the run, without waits for the network
	Cost int           // bytes on the wire, compressed behind those before it; 0 if not known
}

// Trace is the order in which a run of an appliance first touched its chunks. Each chunk
// occurs once, and At never decreases. The zero Trace predicts nothing.
type Trace struct {
	Content  string // id of the images that the chunks belong to
	Accesses []Access

	// Unlike says that the run was of another task than the session that is to be foreseen, as far
	// as one knows. Our own strategy gives such a run less weight, the others leave it out; files do not
	// keep it.
	Unlike bool
}

// ResumeSet returns the accesses within ResumeSpan: what the machine needs to respond at all.
func (t Trace) ResumeSet() []Access {
	n, _ := slices.BinarySearchFunc(t.Accesses, ResumeSpan, func(a Access, d time.Duration) int {
		if a.At <= d {
			return -1
		}
		return 1
	})
	return t.Accesses[:n:n]
}

// compareAccess orders by time, and at the same time by place.
func compareAccess(a, b Access) int {
	return cmp.Or(cmp.Compare(a.At, b.At), a.Compare(b.Chunk))
}
