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
// Package pump says how packets are carried on time.
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
package userspace
