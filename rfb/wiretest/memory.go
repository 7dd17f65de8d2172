package wiretest

import (
	"runtime/metrics"
)

// Allocated returns the bytes that were ever allocated.
func Allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
