package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
)

// HashSize is the length of a Hash, in bytes.
const HashSize = 16

// A Hash names the content of a chunk: the first 128 bits of the SHA-256 of its ChunkSize bytes. Two
// different chunks with the same hash are not to be expected before there are 2^64 chunks.
type Hash [HashSize]byte

// HashOf returns the hash of chunk. A chunk at the end of an image is filled up with zeros first.
func HashOf(chunk []byte) Hash {
	sum := sha256.Sum256(chunk)
	return Hash(sum[:HashSize])
}

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Chunked is content that was cut into chunks when it was stored. An origin reads such content chunk by
// chunk, and need not look for zeros.
type Chunked interface {
	// ReadChunk returns the ChunkSize bytes of a chunk, with the hash that they were stored by and
	// still have, or nil for a chunk of zeros. The bytes never change: the caller may keep them, and must not
	// write to them.
	ReadChunk(index uint32) ([]byte, Hash, error)
	// Holes yields where there is nothing but zeros: the first chunk and how many, in order.
	Holes() iter.Seq2[uint32, uint32]
}
