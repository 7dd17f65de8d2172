// Package embedded runs a PostgreSQL database server of the program's own, so that nobody
// has to set one up.
//
// A [Cluster] lives in one directory, its home:
//
//	home/data   the database files, as initdb makes them
//	home/run    the unix socket, unless clients could not name its path
//	home/lock   locked (flock) by the program that runs the cluster
//	home/*.conf who may connect; written at each start
//
// The server listens on that socket only, never on the network. The kernel says who connects (peer
// authentication, SO_PEERCRED): the user who runs this program gets the role postgres, and
// everybody else is refused, whatever the modes of the directories are.
//
// PostgreSQL refuses to run as root. If root starts this program, the server runs as the system
// user postgres. That user owns data and run, but not home, so it cannot replace the files that
// root writes or reads in home.
//
// Traps:
//
//   - The kernel sends the parent-death signal when the *thread* that forked ends, not the
//     process. So one locked thread lives as long as the server does.
//   - Ctrl-C reaches the whole foreground process group. The server therefore has a group of
//     its own, or it would end before the program has written its last rows.
//   - On SIGINT the server stops fast, on SIGTERM it waits until its clients have left, and on
//     SIGQUIT it stops at once and the next start must recover the data. None of them loses
//     anything that was committed.
//   - The path of a unix socket has at most 107 bytes. And a client cannot name a path with a comma: there
//     the next host begins.
//   - postmaster.pid and the lock file of the socket survive a crash. The process number in them
//     may then belong to another program, and PostgreSQL refuses to start. It also refuses if
//     one of them is empty, as a power cut may leave it. We look for a postgres process that
//     works in our data directory; if there is none, we delete both files.
package embedded
