// Package kernel emulates a slow network by means of Linux: its TCP, and sch_netem, which most
// studies of networks have used. It needs root and a kernel with sch_netem. Packages tun and
// userspace do without sch_netem.
//
// # The path
//
// A Link is two network namespaces and a pair of virtual Ethernet interfaces between them.
// Packets that leave an end pass the qdiscs of its interface:
//
//	namespace vmstudy-NAME-near                   namespace vmstudy-NAME-far
//	+-----------------------+                     +-----------------------+
//	| DialNear    192.0.2.1 |==== veth pair ======| 192.0.2.2   ListenFar |
//	+-----------------------+                     +-----------------------+
//	  up:   netem path > neck >                   < neck < netem path   :down
//
//	path  sch_netem: loss, duplicates, RTT/2 ± jitter; no limit
//	neck  the rate and its queue: a second sch_netem with the limit QueueLimit+1; or, if
//	      the queue counts bytes or is CoDel, or packets are duplicated, sch_tbf with
//	      sch_bfifo, sch_codel or sch_pfifo in it
//
// To open a socket, a thread enters the namespace and comes back. The socket is then an ordinary
// connection of this process. "ip netns exec vmstudy-NAME-far tc -s qdisc" shows the far end of a
// link in use.
//
// # What is the same as in package userspace
//
//   - Rates and queues count IP packets and study.Network.Overhead. sch_netem counts Ethernet
//     frames, which are 14 bytes longer; a size table (TCA_STAB) subtracts these for all qdiscs.
//   - A queue has room for QueueLimit packets besides the one on the wire. If one sch_netem both
//     delayed and queued, its limit (default 1,000) would also count delayed packets: the room
//     in the queue would shrink as the delay grows, and the limit could bound the throughput. Hence
//     there are two.
//   - The TCP settings of package namespace: packets of at most 1,500 bytes, never bundled, and no
//     packets on an idle link. TCP itself is Linux's, as in package tun.
//
// # What is different
//
//   - The delay comes before the queue, not behind it. The times and the length of the queue are the
//     same, but the queue may smooth the jitter.
//   - Set does not change the times of packets that wait for a rate: sch_netem computes them when a
//     packet arrives. So after a rise from 1 Mbps, a queue of 50 packets still takes its 0.6 s.
//   - If the neck is sch_tbf, an idle link lets one packet, and as much as the rate sends in 1 ms,
//     pass at once. And a change between the kinds of neck loses the packets that wait in it.
//   - CoDel's queue counts packets: QueueBytes is converted to full packets.
//   - A schedule begins with Set, not with the first packet after it.
//   - Counters have no waits in queues, and do not distinguish losses from overflows.
//   - The random numbers are the kernel's. They depend on the seed only from Linux 6.6 on.
//   - Jitter and reordering come from a table of 16,384 delays.
//   - TCP is Linux's: acknowledgements are delayed, tail loss probes and RACK recover losses, a lost
//     SYN is sent again after a second.
//
// Refuses says what the kernel cannot do at all: replay traces, combine reordering with jitter that keeps
// the order, and vary delays by more than 2.1 s.
//
// # Traps
//
//   - In sch_netem jitter puts packets out of order unless sch_netem has a rate, too. So a path that
//     keeps the order has a rate of 2^40 bytes a second.
//   - The reordering of sch_netem sends a packet past its delay, past its rate and past the qdisc
//     below it. Here, a reordered packet has a delay of 0 in the table of delays.
//   - A table of delays cannot be removed again, so uniform jitter has one, too.
//   - sch_netem computes jitter in 32 bits of nanoseconds.
//   - Its Gilbert-Elliott parameters are the two probabilities of transitions, then the probability of
//     delivery in the bad state, then that of loss in the good state.
//   - Since 2025 (also in stable kernels) a sch_netem that duplicates may have no other sch_netem in
//     its tree. Hence sch_tbf.
//   - If a queue overflows directly below TCP, Linux tells the sender at once, which no real network
//     does. Here a packet has passed the delay before it is dropped, so TCP is not told.
package kernel
