// Package record keeps what a participant saw, so that researchers can see it again.
//
// A recording is one file for one attempt. It contains the bytes that the viewer was sent, in the usual format for VNC
// sessions, FBS, and what the participant did:
//
//	note H              what this is, which attempt, when it began
//	note S              a segment begins: a connection of the viewer
//	frame, frame, ...   FBS, compressed, a few seconds each
//	note I              inputs of the frame before it
//	note S ...
//
// Frames are Zstandard frames (RFC 8878). Notes are skippable frames of that format. So the program "zstd -dc" makes an FBS
// file of a recording with one segment. Each segment begins with a whole handshake, so it can be decoded from its start.
// Times within it count from there. In FBS 001.001 the pixel format that the stream announces is in use from the beginning.
// So the recorded handshake announces the format that the viewer asked for. It is the handshake of RFB 3.3, which older
// players know. The viewer may have asked for an encoding that is compressed already. If a frame did not become smaller,
// most of the next frames contain their bytes as they are.
//
// The parts, each of which uses those before it: [Block] is FBS. [Writer] and [Reader] are the file. An opening follows the
// handshake. A [Recorder] takes copies of what passes a connection, and writes them in a goroutine of its own. A [Library]
// is the directory with all recordings. [Walk] decodes a recording. Replays, a [Video] and an [Export] for players of VNC
// sessions are made of what Walk shows.
//
// # Traps
//
//   - The session is more important than its recording. Whoever passes bytes on only appends them to a bounded queue. The
//     recorder looks at the queue ten times a second, because waking it for each message would cost more than the copy. All
//     recorders together work at a limited pace and wait for moments in which nothing passes. So they cannot take the
//     processors away from what they record. A recording ends if the disk is full or too slow. It also ends if a screen sends
//     more than the recorder can write, for longer than there is room in the queue. That is as much as four fifths of a
//     processor compress or half of one stores: some 200 MB of plain pixels a second, more than any browser draws.
//     docs/timing.md has the figures.
//   - A recording is not read when it ends: its hash and length are computed while it is written. Only a file that a killed
//     server has left is read, to write its end.
//   - A full disk would end the database, too. So recordings leave some room on it.
//   - A file that a killed server has left may end anywhere. Recover reads it up to its last whole block, cuts off the rest
//     and writes an end.
//   - Which key was pressed is only written if the study says so. What was typed can be seen on the recorded screen all the
//     same. The consent text has to say that.
package record
