// Package userspace emulates a slow network inside this process, so that a study needs no
// privileges, no kernel module and no change to the computer.
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
// Package pump describes how packets are carried on time.
//
// While the network adds nothing, packets pass from stack to stack without a pump, and connections
// opened in that time hand over up to 64 KiB as one packet (counted as the packets into which it would be
// cut).
//
// TCP uses SACK and time stamps and, unless the network says otherwise, cubic. Buffers grow up to 8 MiB.
// A full packet is 1500 bytes, with 1448 bytes of payload (20 for the header of IP, 32 for that of TCP
// with time stamps). So a bulk transfer that fills the link moves 1448/1500 = 96.53 % of its rate.
//
// # Traps
//
//   - gVisor's retransmission time-out is too short: it is the smoothed round-trip time plus four
//     times its variation, which is nearly 0 on a link without jitter. So gVisor took a queue that
//     filled up for a loss, and transfers crawled for ten seconds. A link therefore computes the
//     minimal time-out from its network, for connections that are opened later.
//   - gVisor's RACK loss recovery is off: with it, some transfers that overran their queue crawled at
//     1 % of the rate. Without it there is no tail loss probe, so the loss of the last packet of a
//     burst costs a whole time-out. Linux recovers about 100 ms sooner (7.2 Mbps, 120 ms, 1 %
//     loss: 95th percentile of a 20 kB answer 0.51 s without RACK, 0.38 s with it). For studies of
//     loss, packages tun and kernel have Linux's own TCP.
//   - gVisor acknowledges every packet at once, never together with the answer: see
//     netem.ExpectedPing.
//   - gVisor's channel endpoint has a queue that drops packets silently. It is not used.
package userspace
