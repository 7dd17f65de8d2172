package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
)

// HashSize is the length of a Hash, in bytes.
const HashSize = 16

// A Hash names what a chunk holds: the first 128 bits of the SHA-256 of its ChunkSize bytes. That
// two different chunks have the same one is not to be expected before 2^64 of them exist.
type Hash [HashSize]byte

// HashOf returns the hash of chunk. A chunk at the end of an image is filled up with zeros first.
func HashOf(chunk []byte) Hash {
	sum := sha256.Sum256(chunk)
	return Hash(sum[:HashSize])
}

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Chunked is content that knows its chunks, since it was cut into them when it was stored. An
// origin reads such content chunk by chunk, and need not look for what is empty.
type Chunked interface {
	// ReadChunk returns the ChunkSize bytes of a chunk with the hash that they were stored by and
	// still have, or nil for a chunk of zeros. The bytes stay as they are, for ever.
	ReadChunk(index uint32) ([]byte, Hash, error)
	// Holes yields where there is nothing but zeros: the first chunk and how many, in order.
	Holes() iter.Seq2[uint32, uint32]
}
