// Package stream lets a virtual machine run here while its memory and disk still lie far
// away: whatever the machine touches is brought over the network when it touches it, and what
// it will probably touch next is brought before that.
//
// The pieces:
//
//   - An [Image] is the memory or the disk of an appliance, cut into chunks of [wire.ChunkSize].
//   - The [Origin], at the far end, holds the images and answers requests for chunks.
//   - The [Near] end asks for what a reader needs (a demand) and, in the order of a [Trace],
//     for what it will need (read-ahead). What has come stays in a sparse file; what the
//     machine writes goes to an overlay and never travels.
//   - A [Trace] says which chunk was touched first, second, ... in an earlier run, and when.
//     Its first seconds are the resume set: what a machine needs before it responds at all.
//   - A [Bundle] is what every such run needs first, packed once; see below.
//   - A [Cache] keeps chunks from one stream to the next, see package stream/cache. What it holds
//     counts as here and is never asked for; it is read, and hashed, when it is touched.
//
// Package stream/wire has the messages, and what a chunk is. Package stream/forecast foretells what a
// machine will touch. Package stream/mount shows the images of a Near as files, for QEMU.
//
// # One connection
//
// Requests and answers share one TCP connection. Answers are one zstd stream from the first
// byte to the last: a page resembles the pages before it, so even a single chunk compresses
// well, and a page seen before costs next to nothing. Anything damaged breaks the connection for
// good; the near end then dials again and repeats what was not answered.
//
// # The bundle
//
// What most runs of a task touch is known when they have been rehearsed. So it is packed then, with more
// work than anybody could do while a participant waits, and lies ready at the origin. The near end names
// it in its hello and asks for its first parts in the same breath; parts come between the blocks of the
// zstd stream, as they are. They are paced like everything that is asked for ahead of need, and a demand
// overtakes them. Chunks become here in groups, each of which has a hash. A bundle that turns out to be
// damaged is given up: what it was to bring comes chunk by chunk.
//
// # Every chunk has its hash
//
// A chunk travels with the hash that it was packed by (16 bytes), and is hashed when it is read at
// the far end and again when it arrives. The first time that one does not have its hash, it is asked
// for once more; the second time the stream ends with ErrWrongChunk. An answer also repeats the
// checksum of the read that it answers, and what says where the chunks are has a hash of its own: so
// a bit that is changed on the way cannot put a good chunk in a wrong place.
//
// The other way would be to send all hashes first. Those of the demo appliance are 152,000, 2.4 MB
// that no compression makes smaller: 2.7 s at 7.2 Mbps, as long as its whole resume set takes. With
// the chunks they cost what is really fetched: 33 kB, 36 ms, for the 2,000 of a resume. A Merkle tree
// would prove to the near end that a hash belongs to this appliance and no other, for about 100
// bytes a chunk, which is a tenth of what a chunk costs. But its origin is ours: the index that it
// reads the hashes from carries its own SHA-256, and what has to be found out is damage, not deceit.
//
// # Demand before prediction
//
// Whatever is in the pipe cannot be overtaken. So the near end, not the origin, decides how
// much is in the pipe: it asks for read-ahead in small flights and keeps just so many bytes
// outstanding that the link stays full with a short queue (see pace). A demand is asked for at
// once, whatever is outstanding, and the origin answers demands before read-ahead.
//
// # What a trace cannot foresee
//
// Memory that a guest has not used yet holds zeros, and every run takes other pages of it into
// use. The origin says once where the holes of its files are, and nobody ever asks for them.
// What else was not foreseen lies in runs, so a miss lets a strategy look around it. And a machine
// that begins before what it will need can arrive in time would stumble from miss to miss: see
// forecast.Hold for how much is better waited for first.
//
// # Traps
//
//   - A demand may wait for read-ahead already in flight. That is a wait too: Stats counts it.
//   - A reader inside the process that serves the mount can deadlock; see stream/mount.
//   - The resume set of a trace is only as good as its zero: the first access. Open the
//     machine's files after the resume set is loaded, not before.
package stream
