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
// nothing is on its way it sleeps without a timer.
//
// TCP is cubic with SACK and time stamps, buffers grow up to 8 MiB, and a full packet is
// 1500 bytes. A full packet thus carries 1448 bytes of payload (20 for IP, 32 for TCP with
// time stamps), and a bulk transfer that fills the link moves 1448/1500 = 96.53 % of its
// rate.
//
// # Traps
//
//   - gVisor's RACK loss recovery is off. With it, a transfer that overran a queue of one
//     bandwidth-delay product (7.2 Mbps, 120 ms) was seen to fall to 0.05 Mbps and to take
//     ten seconds to come back. The price: no tail loss probe, so the loss of the last
//     packet of a burst costs a retransmission timeout (200 ms or more).
//   - gVisor acknowledges every arrival at once, never with the answer: see netem.ExpectedPing.
//   - gVisor's channel endpoint has a queue of its own that drops silently. It is not used.
//   - Go's timers are too coarse: an idle process sleeps in epoll_wait, which counts in
//     milliseconds, and a time.Timer was measured to be 1.1 ms late on average. The keeper
//     sleeps on a futex instead, whose time-out has nanoseconds; it asks the kernel not to
//     bundle its wakes (PR_SET_TIMERSLACK, 50 us otherwise), wakes a little early and spins
//     the rest. After a wake its thread still has its processor in Go's scheduler, so that
//     no other thread has to wake before the packet is with TCP.
//   - Precision is borrowed from the machine: on one whose processors are all busy (QEMU
//     under TCG), every wake waits for its turn. So probe a link in the state in which it is
//     used.
//   - The keeper sleeps in the operating system, so a Link does not run in a synctest bubble.
package userspace
