// Package userspace emulates a slow network inside this process, so that a study needs no
// privilege, no kernel module and no change to the machine it runs on.
//
// A Link is two complete TCP/IP stacks (gVisor's netstack) with one pump in each direction
// between them:
//
//	DialNear                                                     ListenFar
//	    |                                                            |
//	+---v------+  WritePackets   +-------------------+  receive  +---v------+
//	|   near   |---------------->| pump up: Chain    |---------->|   far    |
//	|  stack   |                 +-------------------+           |  stack   |
//	|192.0.2.1 |<----------------| pump down: Chain  |<----------|192.0.2.2 |
//	+----------+     receive     +-------------------+           +----------+
//
// A packet is stamped when its sender lets it go, not when the pump looks at it. One keeper
// wakes for all pumps of the process, when the first packet of any of them is due; while
// nothing is on its way it sleeps without a timer. For its threads a program should allow Go
// some more processors: see Watches.
//
// While a link adds nothing, packets pass from stack to stack without a pump, and connections
// opened meanwhile hand over up to 64 KiB at once (counted as the packets they stand for).
//
// TCP is cubic with SACK and time stamps, buffers grow up to 8 MiB, and a full packet is
// 1500 bytes. A full packet thus carries 1448 bytes of payload (20 for IP, 32 for TCP with
// time stamps), and a bulk transfer that fills the link moves 1448/1500 = 96.53 % of its
// rate.
//
// # Traps
//
//   - gVisor waits too little before it resends: its time-out is the smoothed round trip and
//     four times its variation, which is nothing on a link that does not vary. So a queue that
//     filled was taken for a loss, and transfers crawled for ten seconds. A link therefore sets
//     the shortest time-out by its own condition, for connections that are opened later.
//   - gVisor's RACK loss recovery is off: with it, some transfers that overran their queue
//     crawled at 1 % of the rate. The price: no tail loss probe, so that the loss of the last
//     packet of a burst costs that time-out. Linux repairs it some 100 ms sooner (7.2 Mbps,
//     120 ms, 1 % loss: 95th percentile of a 20 kB answer 0.51 s without RACK, 0.38 s with it).
//     Where loss is what is studied, package kernel has Linux's own TCP.
//   - gVisor acknowledges every arrival at once, never with the answer: see netem.ExpectedPing.
//   - gVisor's channel endpoint has a queue of its own that drops silently. It is not used.
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
package userspace
