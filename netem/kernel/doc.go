// Package kernel emulates a slow network with Linux's own means: the TCP that real programs
// use, and sch_netem, which most studies of networks have used. It needs root and a kernel
// that has sch_netem; where one of them is missing, package userspace does the same without.
//
// # The path
//
// A Link is two network namespaces and a pair of virtual Ethernet interfaces between them.
// What leaves an end passes the qdiscs of its interface:
//
//	namespace vmstudy-NAME-near                   namespace vmstudy-NAME-far
//	+-----------------------+                     +-----------------------+
//	| DialNear    192.0.2.1 |==== veth pair ======| 192.0.2.2   ListenFar |
//	+-----------------------+                     +-----------------------+
//	  up:   netem path > neck >                   < neck < netem path   :down
//
//	path  sch_netem: loss, duplicates, RTT/2 ± jitter; no limit
//	neck  the rate and its queue: a second sch_netem with QueueLimit+1 for its limit; or, where
//	      the queue counts bytes, is CoDel, or packets are duplicated, sch_tbf with sch_bfifo,
//	      sch_codel or sch_pfifo in it
//
// Sockets are opened by a thread that enters the namespace for that and comes back; then they
// are ordinary connections of this process. "ip netns exec vmstudy-NAME-far tc -s qdisc" shows
// the far end of a link that lives.
//
// # What is the same as in package userspace
//
//   - Rates and queues count IP packets and study.Network.Overhead. sch_netem counts Ethernet
//     frames, 14 bytes more: a table of sizes (TCA_STAB) takes them off, for all qdiscs alike.
//   - A queue holds QueueLimit packets and the one on the wire. In one sch_netem that delays
//     as well, the limit would hold what is under way too, so that the queue would shrink as
//     the delay grows, and with 1,000 for a default would be the limit of the rate. Hence two.
//   - What package namespace says of TCP: full packets of 1,500 bytes, never bundles, and silence
//     on a link at rest. TCP itself is Linux's, as in package tun.
//
// # What is different
//
//   - The delay comes before the queue and not behind it. The times are the same, as is what
//     the queue holds; but jitter reaches the queue, and may be smoothed in it.
//   - Set leaves the packets that wait for a rate as they are: sch_netem dates a packet when
//     it comes. So after a rise from 1 Mbps, a queue of 50 packets still takes its 0.6 s.
//   - Where the neck is sch_tbf, a link that was idle lets one packet and what the rate sends
//     in 1 ms through at once; and a change between the kinds of neck loses what waits in it.
//   - CoDel's queue is counted in packets: QueueBytes are taken as full ones.
//   - A schedule begins with Set, not with the first packet after it.
//   - Counters tell no queue delays, and do not tell losses from overflows.
//   - Chance is the kernel's own: from Linux 6.6 on the seed decides, before it decides nothing.
//   - Jitter comes from a table of 16,384 delays, and with it what is reordered.
//   - Linux's TCP answers as Linux's TCP does: acknowledgements are delayed, tail loss probes
//     and RACK repair losses, a lost SYN is sent again after a second.
//
// Refuses says what the kernel cannot do at all: traces, jitter in order beside reordering,
// variation by more than 2.1 s.
//
// # Traps
//
//   - In sch_netem jitter puts packets out of order unless there is a rate too; then none
//     overtakes. So a path that keeps order has a rate of 2^40 bytes a second.
//   - What sch_netem calls reordering sends a packet past its delay, past its rate and past the
//     qdisc below it. Ours is a delay of 0 in the table of delays.
//   - A table of delays, once given, cannot be taken back; so uniform jitter has one too.
//   - sch_netem computes jitter in 32 bits of nanoseconds.
//   - Its Gilbert-Elliott parameters are, behind the two of the transitions, the probability to
//     be delivered in the bad state and the one to be lost in the good state.
//   - Since 2025 a sch_netem that duplicates may have no other one in its tree (also in stable
//     kernels). Hence sch_tbf.
//   - A queue that overflows tells a sender on the same machine at once, which no network does.
//     Here it cannot: what is dropped has been under way already.
package kernel
