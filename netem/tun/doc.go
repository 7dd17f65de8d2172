// Package tun emulates a slow network between two of Linux's own TCP stacks, so that a study sees
// the TCP that everybody has, on any kernel and without sch_netem.
//
// A Link is two network namespaces with one TUN device each. A TUN device is a network card whose
// wire is a file: this process reads what one end sends, carries it through the same chain as
// package userspace does (package pump), and writes it to the other end when it is due.
//
//	namespace vmstudy-NAME-near              this process               namespace vmstudy-NAME-far
//	+-----------------------+          +-----------------------+          +-----------------------+
//	| DialNear    192.0.2.1 |---read-->| pump up: Chain        |--write-->| 192.0.2.2   ListenFar |
//	|                       |<--write--| pump down: Chain      |<--read---|                       |
//	+-----------------------+          +-----------------------+          +-----------------------+
//
// There is no qdisc, no veth and no other part of the kernel's that holds packets back. What TCP
// is, and how sockets come to be in a namespace, says package namespace. While a link adds
// nothing, packets pass from device to device without a pump.
//
// # When packets are seen
//
// A packet is stamped when it is read, so a reader that wakes late makes the link slower. But
// whatever an end sends, it sends because of something: of a packet that has just been delivered
// to it, most of the time. The kernel deals with a packet before the write of it returns, so
// the keeper looks for the answer right there, on a thread that is awake. A reader of its own
// waits for the rest: what programs write, and what TCP sends by its own clocks.
//
// # Traps
//
//   - A TUN device whose ring of packets is full drops what comes, and tells nobody but its
//     statistics. The ring's size is the device's txqueuelen: 500 by default, which is less
//     than one connection may have under way.
//   - A machine's default qdisc may be fq, which paces every sender, or fq_codel, which drops. A
//     device here has none.
//   - Between the ends of a link without delay, a machine that is some milliseconds late looks
//     like a loss to Linux, which then sends the last packet again.
//   - A device lives as long as its descriptor, so nothing of it is left behind by a process that
//     is killed. The names of namespaces are: see namespace.Sweep.
package tun
