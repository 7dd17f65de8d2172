// Package record keeps what a participant saw, so that researchers can see it again.
//
// A recording is one file for one attempt. It holds the bytes that the viewer was sent, in the
// field's own format, FBS, and beside them what the participant did:
//
//	note H              what this is, which attempt, when it began
//	note S              a segment begins: a connection of the viewer
//	frame, frame, ...   FBS, compressed, a few seconds each
//	note I              inputs of the frame before it
//	note S ...
//
// Frames are Zstandard frames (RFC 8878), notes are that format's skippable frames, so the
// plain tool "zstd -dc" makes an FBS file of a recording of one segment. Each segment begins
// with a whole handshake and so can be decoded from its start; times within it count from there.
// FBS 001.001 promises that the pixel format which the stream announces is in use throughout:
// what is written is therefore the format that the viewer asked for, and the handshake is that
// of RFB 3.3, which older players know. What a viewer has asked for may be compressed already: where
// a frame did not become smaller, most of the next ones hold their bytes as they are.
//
// Pieces, from the ground up: [Block] is FBS; [Writer] and [Reader] are the file; an opening
// follows the handshake; a [Recorder] takes copies of what passes a connection and writes them
// from a goroutine of its own; a [Library] is the directory with all recordings. [Walk] decodes a
// recording; replays, a [Video] and an [Export] for players of VNC sessions are made of what it shows.
//
// # Traps
//
//   - The session comes first. The data path only appends to a bounded queue, which is looked at
//     ten times a second: waking the writer for each message would cost more than the copy. All
//     writers together keep to a pace and wait for moments in which nothing passes, so that
//     compressing cannot take the processors away from what is being recorded. A disk that is full
//     or slow ends the recording, and so does a screen that for longer than its queue lasts sends
//     more than four fifths of a processor compress, or half of one store: some 200 MB of plain
//     pixels a second, more than any browser draws. docs/timing.md has the figures.
//   - The end of a recording is no reason to read it: its hash and length are kept while it is
//     written. Only a file that was torn is read, to give it an end.
//   - A full disk would end the database too, which is why some of it is left alone.
//   - A killed server leaves a file that ends anywhere. Recover reads it up to its last whole
//     block, cuts off the rest and writes a proper end.
//   - Which key was pressed is written only if the study says so. What was typed can be seen on
//     the recorded screen all the same: the consent text has to say that.
package record
