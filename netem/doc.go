// Package netem makes a fast network behave like a slow one, so that a study can give every
// participant the same, known network.
//
// # The model
//
// A Link is a path between the participant (near) and the server (far). Each direction is a
// Chain of the stages that its network needs. Each packet passes them in this order:
//
//	packet
//	  |
//	  v
//	+--------+   +------+   +-----------+   +-------------------------+   +---------+   +-------+
//	| Outage |-->| Loss |-->| Duplicate |-->| Bottleneck              |-->| Reorder |-->| Delay |--> packet
//	+--------+   +------+   +-----------+   | Queue | | | |--> Rate   |   +---------+   +-------+
//	    |            |        one more      |            or Replay    |    some skip      RTT/2
//	    v            v                      +-------------------------+    the delay     ± Jitter
//	 dropped      dropped,                     |            |
//	 (a phase)    singly or in bursts          v            v
//	              (Loss, BurstLoss)         dropped      dropped from the
//	                                        when full    head (CoDel)
//
// A Stage is pure: it has no goroutine and no clock. The caller of a Chain (package pump) pushes
// packets with the time of their arrival, asks Next when to look again, and pops what is due.
//
// A network may change by a schedule. The Chain follows it by itself, exact to the nanosecond: a
// phase applies to packets that arrive after its beginning, and to packets that wait in the queue
// at its beginning. An empty Chain needs no waking for a phase. The clocks of the schedule and of a
// trace begin with Link.Set; study.Network.At says which values apply at which time.
//
// # What to expect of a link
//
//   - A packet takes RTT/2 plus size/rate, and waits for the packets before it. So a round trip
//     of two small packets takes RTT plus twice their sending time: 0.48 ms more than RTT for
//     60 bytes at 2 Mbps, 0.07 ms more at 14.4 Mbps. ExpectedPing computes this for Probe.
//   - Rates count IP packets with the headers of IP and TCP, but without Ethernet framing, unless
//     study.Network.Overhead gives it: 38 bytes for Ethernet with preamble and gap.
//   - The first packet on an idle link takes size/rate like any other. An idle link saves up no
//     credit, so no burst passes faster than the rate. The rate is exact over any time in which the
//     link is busy: fractions of a nanosecond are carried over.
//   - A bulk transfer sends full packets, of which FullPayload/PacketSize is payload.
//   - An unlimited rate has no queue and drops packets only by loss.
//   - Loss is the loss of each direction; about twice as many round trips fail.
//   - With a trace, packets leave only at its opportunities, so a packet waits for the next
//     opportunity even on an idle link. An opportunity at which no packet waits is lost, as in
//     mahimahi.
//
// # Where Linux's netem differs (tc-netem(8))
//
//   - It delays first and then queues: its only queue (limit, 1000 packets) also contains the
//     packets on the long wire, so that a limit below the bandwidth-delay product drops packets that
//     are merely under way. Here the limit counts only packets that wait for the rate.
//   - Its jitter puts packets out of order unless the queue behind it is a FIFO. Here jitter keeps
//     the order unless study.Network.Overtake is set.
//   - Its normal distribution is a scaled table. Here it is computed and cut off at four standard
//     deviations. Without Overtake it is also cut off at RTT/2, so that the mean stays RTT/2.
//   - Its "loss gemodel" takes p and r; here BurstLoss computes them from loss and burst.
//   - Its duplicates pass all stages again and may be lost. Here duplicates are made after loss.
//   - Its rate takes packets from a queue without CoDel. CoDel is another qdisc there (fq_codel),
//     which separates flows. Here CoDel is the plain algorithm of RFC 8289 with its constants.
//   - Its random numbers had no seed before Linux 6.6. Here the seed is part of the data.
//
// # Traps
//
//   - Delay counts from a packet's arrival. If it counted from the departure of the packet before,
//     delays would add up: 100 packets at once over 50 ms would take 5 s.
//   - A Stage sets a packet's time to when the packet was due, not to when it was popped. Otherwise
//     the lateness of timers would add up along the chain and lower the rate.
//   - Without Overtake, a packet that jitter would let overtake waits for the one before. Packets
//     closer together than the jitter therefore bunch, and their mean delay is more than RTT/2.
//   - Jitter out of order, or Reorder, looks like loss to TCP, which then slows down.
//   - The length of the queue changes what a participant experiences: a long queue adds delay under
//     load (bufferbloat), a short queue starves TCP. If a study does not set it,
//     study.Network.QueueLimit decides.
//   - Bursts are counted in packets, not in time. On a nearly idle link a burst may last for minutes,
//     so long bursts hurt connections that send little.
//   - CoDel below 2.4 Mbps: a full packet takes longer to send than the target of 5 ms. CoDel then
//     leaves one packet in the queue, and no more.
//   - Set does not change the delay of packets under way. After the delay was shortened, later packets
//     wait behind these: none overtakes.
//   - An outage drops packets that arrive; it does not stop packets in the queue or on the wire. To
//     delay packets instead of dropping them, use a trace with a gap.
//   - The two directions need different seeds, or both lose the same packets.
package netem
