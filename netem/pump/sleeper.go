package pump

import (
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sleeper lets one goroutine sleep until a set time, more exactly than a time.Timer does, and
// lets others cut that sleep short.
type sleeper struct {
	asleep atomic.Uint32 // 1 from lieDown to the end of the sleep; the futex
}

// lieDown announces a sleep: from now on wake ends it, even before it has begun.
func (s *sleeper) lieDown() { s.asleep.Store(1) }

// sleep returns after d, or as soon as wake has been called since lieDown; with forever only
// then. It may also return early for no reason.
func (s *sleeper) sleep(d time.Duration) {
	// The kernel otherwise bundles wakes of a thread that are up to 50 us apart. The thread
	// may be another one each time; the call takes 0.1 us.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	timeout := unix.NsecToTimespec(int64(d))
	limit := &timeout
	if d == forever {
		limit = nil
	}
	// EINTR, EAGAIN and ETIMEDOUT all mean the same to the caller: look again.
	_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&s.asleep)),
		futexWait, 1, uintptr(unsafe.Pointer(limit)), 0, 0)
	s.asleep.Store(0)
}

// wake ends the sleep that was announced last, if it has not ended.
func (s *sleeper) wake() {
	if s.asleep.Swap(0) == 1 {
		_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&s.asleep)), futexWake, 1, 0, 0, 0)
	}
}

// forever is a sleep that only wake ends.
const forever = time.Duration(1<<63 - 1)

// From linux/futex.h, which package unix does not have: the operations on a futex that
// belongs to one process.
const (
	futexWait = 0 | 128
	futexWake = 1 | 128
)
