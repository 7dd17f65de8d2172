// Package store keeps appliances at the far end: memory and disks, each page only once, small on
// the disk and checked whenever it is read.
//
// An image is cut into chunks of 4 KiB. A chunk of zeros is not kept. Every other is known by its
// hash ([stream.Hash]), and kept once, however many images of however many appliances hold it:
// what a disk's file and the guest's page cache have in common, what two appliances of the same
// system have.
//
// # Files
//
//	packs/ID.pack      chunks, in groups that are compressed together, and a directory of them
//	indexes/NAME.index which chunk of which image of an appliance has which hash
//	lock               held by the one who writes
//
// A pack never changes; its ID is the hash of its directory. An index refers to chunks by hash
// and not by place, so packs may be rewritten under it. Both are written under another name,
// synced and renamed: what has its name is whole. What a killed writer left is removed by the
// next one.
//
// # Groups
//
// A chunk by itself compresses badly, and a long run of chunks must be decompressed whole for one
// of them. Groups of 16 chunks are between: see groupChunks for what was measured.
//
// # Trust
//
// The directory and the index carry the SHA-256 of themselves. A chunk is hashed each time that it
// is read, also before it is relied on in place of storing it again: so packing anew mends what
// is damaged. Verify reads everything and names what is damaged, by appliance, image and chunk.
//
// # Traps
//
//   - The hash protects from damage, not from somebody who may write to the directory.
//   - Readers take no lock: a pack that is removed under them stays readable until they close it.
package store
