// Package pump moves packets through the stages of an emulated network at the right moment. Two
// ways of making links use it: package userspace, between two TCP/IP stacks of its own, and package
// tun, between two TCP/IP stacks of Linux.
//
// A Wire is a pump in each direction of a link, with everything that does not depend on the TCP at
// its ends: network, traces, seeds, counters, and raw packets for measurements without TCP.
//
// The arrival time of a packet is taken when its sender hands it over, not when the pump processes
// it. One keeper wakes for all pumps of the process, when the first packet of any of them is due.
// While no packet is under way, it sleeps without a timer. Its threads need additional processors of
// Go's scheduler: see Watches.
//
// # Traps
//
//   - Go's timers are too coarse: an idle process sleeps in epoll_wait, which counts in
//     milliseconds, and a time.Timer was 1.1 ms late on average. The keeper sleeps on a futex
//     instead, whose time-out counts in nanoseconds. It tells the kernel not to bundle its wakes
//     (PR_SET_TIMERSLACK, else 50 us), wakes a little early and spins for the rest. After a wake its
//     thread still has its processor of Go's scheduler, so no other thread has to wake before
//     TCP gets the packet.
//   - A kernel built for servers (CONFIG_PREEMPT_NONE) does not interrupt its own work. And a
//     guest's kernel does not move a waking thread to an idle virtual processor, which it believes
//     the host has taken away (vcpu_is_preempted). So on an idle machine one kernel thread delayed
//     wakes by up to 8 ms. Hence the keeper's second watch, on another processor.
//   - If all processors of a machine are busy (QEMU under TCG), every wake waits for its turn. So
//     probe a link under the load under which it is used.
//   - The keeper sleeps in the operating system, so a Link does not work in a synctest bubble.
package pump
