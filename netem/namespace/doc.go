// Package namespace gives the two ends of an emulated network a network of their own each, as if
// they were two computers with Linux's own TCP. It is what the ways of making links have in
// common that need more than this process: package kernel and package tun.
//
// A Namespace is one end. Sockets are opened by a thread that enters it for that and comes back;
// then they are ordinary connections of this process, which Sockets keeps. A Mark says whose a
// named namespace is, so that Sweep removes what a killed process left and nothing else.
//
// # What every link's TCP is
//
// Cubic, or what a network says, with SACK and time stamps, whatever the machine's own default
// is; it begins each connection without what the last one had learnt. Packets are full ones of
// 1,500 bytes and never bundles of them. A link at rest is at rest: no IPv6, no ARP, no
// keep-alives.
//
// # Traps
//
//   - Turning TSO and GSO off leaves TCP bundling; the interface must also say that it takes
//     one segment. Otherwise a bundle of 64 KiB is one packet to limits, losses and rates.
//   - A namespace may only make those congestion controls its default that the machine's own
//     allows, so ours is set on each socket.
//   - A connection that was closed with data under way keeps its namespace until the kernel
//     gives up on it. Closing the link makes it give up soon.
//   - A thread that cannot come back from a namespace must never run anything else: it ends
//     with its goroutine.
//   - Package net turns keep-alives on for connections that it is handed as files.
package namespace
