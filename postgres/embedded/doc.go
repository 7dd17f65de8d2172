// Package embedded runs a PostgreSQL database server of the program's own, so that nobody
// has to set one up.
//
// A [Cluster] lives in one directory, its home:
//
//	home/data   the database files, as initdb lays them out
//	home/run    the unix socket, unless its path would be too long
//	home/lock   held (flock) by the program that runs the cluster
//	home/*.conf who may connect; written anew at each start
//
// The server listens on that socket only, never on the network. Who connects is known from
// the kernel (peer authentication, SO_PEERCRED): the user who runs this program becomes the
// role postgres, everybody else is turned away, whatever the directories permit.
//
// PostgreSQL refuses to run as root. Started by root, the server runs as the system user
// postgres, who owns data and run but not home, so nothing that root writes or reads can be
// swapped under its hands.
//
// Traps:
//
//   - The kernel's parent-death signal is sent when the *thread* that forked ends, not the
//     process. One locked thread therefore lives as long as the server does.
//   - Ctrl-C reaches the whole foreground process group. The server has a group of its own,
//     or it would be gone before the program has written its last rows.
//   - SIGINT stops the server fast, SIGTERM waits for clients to leave, SIGQUIT leaves the
//     work to recovery at the next start. Nothing committed is lost by any of them.
//   - A socket path holds at most 107 bytes.
//   - postmaster.pid and the lock file of the socket outlive a crash. Afterwards their number
//     may belong to a stranger, and PostgreSQL then refuses to start; it also does with an
//     empty file, which a power cut may leave. A process counts as ours only if it is a
//     postgres working in our data; where there is none, both files go.
package embedded
