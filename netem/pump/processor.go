package pump

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// processor returns the number of the processor that the calling thread runs on.
func processor() int32 {
	var n uint32
	_, _, _ = unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&n)), 0, 0)
	return int32(n)
}

// leave moves the calling thread away from processor n, if it may use another one. The thread may still
// come back later, but the kernel usually wakes a thread on the processor on which it fell asleep.
func leave(n int32) {
	var allowed unix.CPUSet
	if unix.SchedGetaffinity(0, &allowed) != nil {
		return
	}
	others := allowed
	others.Clear(int(n))
	if others.Count() == 0 || unix.SchedSetaffinity(0, &others) != nil {
		return
	}
	_ = unix.SchedSetaffinity(0, &allowed) // restores the previous affinity, which cannot fail
}
