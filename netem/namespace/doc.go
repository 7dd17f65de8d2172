// Package namespace gives each end of an emulated network its own network namespace, as if the ends
// were two computers with Linux's TCP. Packages kernel and tun share it.
//
// A Namespace is one end. To open a socket, a thread enters the namespace and comes back. The socket is
// then an ordinary connection of this process; Sockets manages the sockets of a link. A Mark says
// which process owns a named namespace, so that Sweep removes only what killed processes have left.
//
// # The TCP of every link
//
// TCP uses cubic, or the congestion control of the network, with SACK and time stamps, whatever the
// defaults of the machine. A connection uses no metrics of earlier ones. Packets are at most 1,500
// bytes and never bundled. An idle link carries no packets: there is no IPv6, no ARP and no
// keep-alive.
//
// # Traps
//
//   - Without TSO and GSO, TCP still bundles packets. The interface must also allow only one segment
//     (gso_max_segs). Otherwise limits, losses and rates count a bundle of 64 KiB as one packet.
//   - A namespace may only have a default congestion control that the machine allows, so it is set on
//     each socket.
//   - A connection that was closed with unsent data keeps its namespace alive until the kernel gives
//     up on it. Closing the link makes the kernel give up soon.
//   - A thread that cannot return from a namespace must not run anything else, so it ends with its
//     goroutine.
//   - Package net enables keep-alives on connections that it makes from files.
package namespace
