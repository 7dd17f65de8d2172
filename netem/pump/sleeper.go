package pump

import (
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sleeper lets one goroutine sleep until a set time, more exactly than a time.Timer does. Others can wake
// it.
type sleeper struct {
	asleep atomic.Uint32 // the futex: 1 from lieDown to the end of the sleep
}

// lieDown announces a sleep. A wake between lieDown and sleep makes sleep return at once.
func (s *sleeper) lieDown() { s.asleep.Store(1) }

// sleep returns after d, or as soon as wake has been called since lieDown. With forever it waits for
// wake only. It may also return early for no reason.
func (s *sleeper) sleep(d time.Duration) {
	// Without this the kernel delays a wake by up to 50 us to bundle it with others. It applies to
	// the calling thread, which may be another one each time. The call takes 0.1 us.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	timeout := unix.NsecToTimespec(int64(d))
	limit := &timeout
	if d == forever {
		limit = nil
	}
	// The result does not matter: after EINTR, EAGAIN, ETIMEDOUT or success the caller looks again.
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

// FUTEX_WAIT and FUTEX_WAKE, each with FUTEX_PRIVATE_FLAG (a futex of one process), from linux/futex.h.
// Package unix does not have them.
const (
	futexWait = 0 | 128
	futexWake = 1 | 128
)
