// Package store keeps appliances at the far end: memory and disks, each page only once, small on
// the disk and checked whenever it is read.
//
// An image is cut into chunks of 4 KiB. A chunk of zeros is not kept. Every other is known by its
// hash ([wire.Hash]) and kept once, however many images of however many appliances have it. A disk and
// the guest's page cache have many chunks in common, and so have two appliances of the same system.
//
// # Files
//
//	packs/ID.pack      chunks, in groups that are compressed together, and a directory of them
//	indexes/NAME.index which chunk of which image of an appliance has which hash
//	lock               locked by the program that writes
//
// A pack never changes; its ID is the hash of its directory. An index names chunks by their hash
// and not by where they lie, so packs may be rewritten while it stays. A pack or an index is whole if it has its
// name: see package files. What a killed writer left is removed by the next one.
//
// # Groups
//
// A chunk that is compressed alone stays large. Of many chunks that are compressed together, all must be
// decompressed to read one. So groups have 16 chunks: see groupChunks for what was measured.
//
// # Trust
//
// The directory and the index end with the SHA-256 of the rest of themselves. A chunk is hashed each time that
// it is read. Whoever packs a chunk that is there already reads and hashes that one first; so packing again
// mends damage. Verify reads everything and names what is damaged, by appliance, image and chunk.
//
// # Traps
//
//   - Hashes find damage. They do not find what somebody changes who may write to the directory.
//   - Readers take no lock: a pack that is removed under them stays readable until they close it.
package store
