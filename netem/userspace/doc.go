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
// A packet is stamped when its sender lets it go, not when the pump looks at it. The pump
// sleeps on one alarm, set for the next packet that is due; on an idle link none is set.
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
//   - A time.Timer is up to a millisecond late in an idle process and a timerfd 10 to
//     35 in a busy one: see alarm.
//   - Precision is borrowed from the machine: on one whose processors are all busy (QEMU
//     under TCG), every wake waits for its turn: round trips were then seen to take 0.5 to
//     10 ms too long on average, some over 100 ms, and 0.4 to 0.8 ms on average when the
//     process had real-time priority (chrt -f). So probe a link in the state in which it is used.
//   - Pumps wait in the operating system, so a Link does not run in a synctest bubble.
package userspace
