// Package stream lets a virtual machine run here while its memory and disk still lie far
// away. Whatever the machine touches is brought over the network when it touches it, and what
// it will probably touch next is brought before that.
//
// The pieces:
//
//   - An [Image] is the memory or the disk of an appliance, cut into chunks of [wire.ChunkSize].
//   - The [Origin], at the far end, has the images and answers requests for chunks.
//   - The [Near] end asks for the chunks that a reader waits for (a demand), and ahead of need for
//     those that a strategy foresees (read-ahead). What has come lies in a sparse file. What the
//     machine writes lies in another, and never travels.
//   - A [forecast.Trace] says which chunk an earlier run touched first, second, ... and when.
//     Its first seconds are the resume set: what a machine needs before it responds at all.
//   - A [Bundle] is what every run of a task needs first, packed once; see below.
//   - A [Cache] keeps chunks from one stream to the next, see package stream/cache. Its chunks
//     count as here and are never asked for. Each is read, and hashed, when it is touched.
//
// The packages below: stream/wire has the messages, and what a chunk is. stream/forecast foretells what a
// machine will touch. stream/plan decides what to ask for next, and when the machine may go on; it is pure.
// This package has what is not pure: locks, files and the connection. Package stream/mount shows
// the images of a Near as files, for QEMU.
//
// # One connection
//
// Requests and answers share one TCP connection. Answers are one zstd stream from the first
// byte to the last: a page resembles the pages before it, so even a single chunk compresses
// well, and a page that was sent before costs next to nothing. Damage breaks the connection for
// good: the near end dials again and repeats what was not answered.
//
// # The bundle
//
// What most runs of a task touch is known after rehearsals. So it is packed then, with more work than
// anybody could do while a participant waits, and lies ready at the origin. The near end names
// the bundle in its hello and asks for its first parts at once. The parts come, as they are, between the
// blocks of the zstd stream. They are paced like all read-ahead, and a demand overtakes them. A
// bundle is unpacked in groups of chunks, each of which has a hash. A bundle that turns out to be
// damaged is given up: then its chunks are asked for like others.
//
// # Every chunk has its hash
//
// A chunk travels with the hash that it was packed by (16 bytes). It is hashed when it is read at
// the far end, and again when it arrives. The first time that a chunk does not have its hash, it is asked
// for once more; the second time the stream ends with ErrWrongChunk. An answer also repeats the
// checksum of the read that it answers, and messages that say where chunks belong have hashes of their own.
// So a bit that is changed on the way cannot put a good chunk into a wrong place.
//
// The alternative is to send all hashes first. Those of the demo appliance are 152,000, 2.4 MB
// that no compression makes smaller: 2.7 s at 7.2 Mbps, as long as its whole resume set takes. With
// the chunks, only the hashes of those that are fetched are sent: 33 kB, 36 ms, for the 2,000 of a resume. A
// Merkle tree would prove to the near end that a hash belongs to this appliance and no other. That takes about
// 100 bytes a chunk, a tenth of what a chunk costs. But the origin is ours: the index from which it
// reads the hashes has a SHA-256 of its own, and what has to be found out is damage, not deceit.
//
// # Demand before prediction
//
// Nothing can overtake what was sent already. So the near end, not the origin, decides how
// much is on its way: it asks for read-ahead in small pieces and keeps just so many bytes
// outstanding that the link stays full with a short queue (see plan's pace). A demand is asked for at
// once, whatever is outstanding, and the origin answers demands before read-ahead.
//
// # What a trace cannot foresee
//
// Memory that a guest has not used yet is zeros, and every run begins to use other pages of it. So
// the origin says once where the holes of its files are, and nobody ever asks for them.
// What else was not foreseen often lies side by side, so after a miss a strategy looks around it. And a machine
// that goes on before what it will need can arrive in time would stumble from miss to miss: see
// forecast.Hold for how much is better waited for first.
//
// # Traps
//
//   - A demand may wait for read-ahead that is in flight. That is a wait, too: Stats counts it.
//   - A reader inside the process that serves the mount can deadlock; see stream/mount.
//   - The machine's time begins with its first access. So open the machine's files after the
//     resume set is loaded, not before.
package stream
