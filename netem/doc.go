// Package netem makes a fast network behave like a slow one, so that a study can put every
// participant behind the same network and know what it was.
//
// # The model
//
// A Link is a path between the participant (near) and the server (far). Each direction is a
// Chain of the stages that its condition needs, and each packet passes them in this order:
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
// A Stage is pure: it has no goroutine and no clock. Whoever runs a Chain pushes packets in
// with the time of their arrival, asks Next when to look again, and pops what is due.
// Package pump does so.
//
// A condition may change by a schedule. The Chain does that by itself, to the nanosecond:
// each phase begins for the first packet that comes after it has begun, and for what waits in
// the queue at that moment. While nothing is under way nobody has to be woken for it. Its
// clock begins with Link.Set, as does that of a trace; study.Network.At says what holds when.
//
// # What to expect of a link
//
//   - A packet takes RTT/2 plus size/rate, and waits for those before it. So a round trip of
//     two small packets takes RTT plus twice their sending time: 0.48 ms more than RTT for
//     60 bytes at 2 Mbps, 0.07 ms at 14.4 Mbps. ExpectedPing says so for what Probe measures.
//   - Rates count IP packets: headers of IP and TCP take their share, Ethernet framing none,
//     unless study.Network.Overhead gives it: 38 bytes for Ethernet with preamble and gap.
//   - The first packet on an idle link takes size/rate like any other. Nothing is saved up
//     while a link is idle, so no burst passes unthrottled. The rate is exact over any time in
//     which the link is busy: fractions of a nanosecond are carried over.
//   - A bulk transfer fills a rate with full packets, of which FullPayload/PacketSize is payload.
//   - An unlimited rate has no queue and drops nothing but by loss.
//   - Loss is that of each direction: of a round trip, about twice as much is lost.
//   - With a trace nothing leaves between opportunities, so a packet waits for the next one even
//     on an idle link. Those that find nothing waiting are lost, as in mahimahi.
//
// # Where Linux's netem differs (tc-netem(8))
//
//   - It delays first and then queues: its one queue (limit, 1000 packets) holds those on the
//     long wire too, so that a limit below the bandwidth-delay product drops packets that
//     only travel. Here the limit counts those that wait for the rate, and no others.
//   - Its jitter puts packets out of order unless the queue behind it is a FIFO. Here it keeps
//     order unless study.Network.Overtake.
//   - Its normal distribution is a table, scaled; here it is computed, cut off at four standard
//     deviations, and in order also at RTT/2, so that the mean stays RTT/2.
//   - Its "loss gemodel" takes p and r; here BurstLoss computes them from loss and burst.
//   - Its duplicates go through everything again, and may be lost. Here they are made after loss.
//   - Its rate takes packets from a queue that knows no CoDel: that is another qdisc (fq_codel),
//     which separates flows. Here CoDel is the plain algorithm of RFC 8289 with its constants.
//   - Its chance was not seeded before Linux 6.6. Here the seed is part of the data.
//
// # Traps
//
//   - Delay counts from a packet's arrival. Counted from its predecessor's departure, delays
//     would add up: 100 packets at once over 50 ms would take 5 s.
//   - A Stage dates each packet with when it was due, not with when it was popped. Without
//     that, the lateness of timers adds up along the chain and lowers the rate.
//   - Jitter that keeps order makes a packet that would overtake wait for the one before. Packets
//     closer together than the jitter therefore bunch, and their mean delay is more than RTT/2.
//   - Jitter out of order, or Reorder, looks like loss to TCP, which then slows down.
//   - The length of the queue is part of the condition: a long one adds delay under load
//     (bufferbloat), a short one starves TCP. study.Network.QueueLimit decides where a study
//     does not say.
//   - Bursts are counted in packets, not in time. On an idle link a burst may last for minutes:
//     a condition with long bursts hits whoever sends little.
//   - CoDel below 2.4 Mbps: a full packet takes longer to send than its target of 5 ms. It
//     still leaves one packet in the queue, and no more.
//   - Set leaves the delay of packets on their way as it was. After a shortening, later
//     packets queue up behind those: none overtakes.
//   - An outage drops what comes; it does not stop what is in the queue or on the wire beyond.
//     To hold packets back instead, use a trace with a gap.
//   - One seed, two directions: each needs a seed of its own, or both lose the same packets.
package netem
