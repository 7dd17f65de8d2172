// Package tun emulates a slow network between two TCP stacks of Linux, so that a study uses a TCP
// that is in wide use. It works on any kernel, without sch_netem.
//
// A Link is two network namespaces with one TUN device each. A TUN device is a network card whose
// wire is a file: this process reads the packets that one end sends, carries them through a chain
// (package pump, as package userspace does), and writes them to the other end when they are due.
//
//	namespace vmstudy-NAME-near              this process               namespace vmstudy-NAME-far
//	+-----------------------+          +-----------------------+          +-----------------------+
//	| DialNear    192.0.2.1 |---read-->| pump up: Chain        |--write-->| 192.0.2.2   ListenFar |
//	|                       |<--write--| pump down: Chain      |<--read---|                       |
//	+-----------------------+          +-----------------------+          +-----------------------+
//
// No qdisc, veth or other part of the kernel delays packets. Package namespace describes the
// settings of TCP, and how sockets are opened in a namespace. While the network adds nothing, packets
// pass from device to device without a pump.
//
// # When packets are read
//
// The arrival time of a packet is taken when it is read, so a reader that wakes late makes the link
// slower. But most packets are answers to a packet that has just been delivered. The kernel
// processes a delivered packet before the write returns, so the keeper reads the answer right after
// the write, on a thread that is awake. A separate goroutine reads all other packets: those of
// programs that write, and those that TCP sends by its timers.
//
// # Traps
//
//   - A TUN device whose ring of packets is full drops packets, which only its statistics show. The
//     ring's size is the device's txqueuelen: 500 by default, which is less than one connection
//     may have under way.
//   - A machine's default qdisc may be fq, which paces every sender, or fq_codel, which drops
//     packets. The devices here have no qdisc.
//   - On a link without delay, Linux takes a delay of some milliseconds on a busy machine for a loss,
//     and sends the last packet again.
//   - A device lives as long as its descriptor, so a killed process leaves no device behind. But it
//     leaves names of namespaces behind: see namespace.Sweep.
package tun
