// Package netem makes a fast network behave like a slow one, so that a study can put every
// participant behind the same network and know what it was.
//
// # The model
//
// A Link is a path between the participant (near) and the server (far). Each direction is
// a Chain of three stages, and each packet passes them in this order:
//
//	            +------+     +-------------+------+     +-------+
//	packet ---->| Loss |---->| queue | | | | Rate |---->| Delay |----> packet
//	            +------+     +-------------+------+     +-------+
//	               |              | when full              RTT/2
//	               v              v                        ± Jitter
//	            dropped        dropped
//
// A Stage is pure: it has no goroutine and no clock. Whoever runs a Chain pushes packets in
// with the time of their arrival, asks Next when to look again, and pops what is due.
// Package userspace does so between two TCP/IP stacks of its own.
//
// # What to expect of a link
//
//   - A packet takes RTT/2 plus size/rate, and waits for those before it. So a round trip of
//     two small packets takes RTT plus twice their sending time: 0.48 ms more than RTT for
//     60 bytes at 2 Mbps, 0.07 ms at 14.4 Mbps. ExpectedPing says so for what Probe measures.
//   - Rates count IP packets: headers of IP and TCP take their share, Ethernet framing none.
//   - The first packet on an idle link takes size/rate like any other. Nothing is saved up
//     while a link is idle, so no burst passes unthrottled.
//   - A bulk transfer fills a rate with full packets, of which FullPayload/PacketSize is payload.
//   - An unlimited rate has no queue and drops nothing but by loss.
//
// # Traps
//
//   - Delay counts from a packet's arrival. Counted from its predecessor's departure, delays
//     would add up: 100 packets at once over 50 ms would take 5 s.
//   - A Stage dates each packet with when it was due, not with when it was popped. Without
//     that, the lateness of timers adds up along the chain and lowers the rate.
//   - Jitter keeps order: a packet that would overtake waits for the one before. Packets
//     closer together than the jitter therefore bunch, and their mean delay is more than RTT/2.
//   - The length of the queue is part of the condition: a long one adds delay under load
//     (bufferbloat), a short one starves TCP. study.Network.QueueLimit decides where a study
//     does not say.
//   - Set leaves the delay of packets on their way as it was. After a shortening, later
//     packets queue up behind those: none overtakes.
//   - One seed, two directions: each needs a seed of its own, or both lose the same packets.
package netem
