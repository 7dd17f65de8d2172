package forecast

import "vmstudy/stream/wire"

// ChunkSize is the length of a chunk, in bytes.
const ChunkSize = wire.ChunkSize

// Chunk names one chunk.
type Chunk = wire.Chunk
