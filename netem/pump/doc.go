// Package pump moves packets through the stages of an emulated network at the right moment. It
// is what the ways of making links have in common that emulate in this process: package
// userspace between two TCP/IP stacks of its own, package tun between two of Linux's.
//
// A Wire is a pump in each direction of a link, with all that does not depend on whose TCP is
// at its ends: condition, traces, seeds, counters, and packets of those who measure without TCP.
//
// A packet is stamped when its sender lets it go, not when the pump looks at it. One keeper
// wakes for all pumps of the process, when the first packet of any of them is due; while
// nothing is on its way it sleeps without a timer. For its threads a program should allow Go
// some more processors: see Watches.
//
// # Traps
//
//   - Go's timers are too coarse: an idle process sleeps in epoll_wait, which counts in
//     milliseconds, and a time.Timer was measured to be 1.1 ms late on average. The keeper
//     sleeps on a futex instead, whose time-out has nanoseconds; it asks the kernel not to
//     bundle its wakes (PR_SET_TIMERSLACK, 50 us otherwise), wakes a little early and spins
//     the rest. After a wake its thread still has its processor in Go's scheduler, so that
//     no other thread has to wake before the packet is with TCP.
//   - A kernel that is built for servers (CONFIG_PREEMPT_NONE) does not interrupt its own work, nor
//     does a guest's kernel move a thread that wakes to an idle processor: those look taken away by
//     the host (vcpu_is_preempted). So a wake was late by up to 8 ms, on an idle machine, because
//     of one kernel thread. Hence the keeper's second watch, on another processor.
//   - Precision is borrowed from the machine: on one whose processors are all busy (QEMU
//     under TCG), every wake waits for its turn. So probe a link in the state in which it is
//     used.
//   - The keeper sleeps in the operating system, so a Link does not run in a synctest bubble.
package pump
