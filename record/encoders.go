package record

import (
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// windowBytes is how far back an encoder looks for what comes again: beyond half a window that is
// redrawn, or a video of 320x240 in plain pixels. To look twice as far takes twice the memory and
// spares a desktop nothing; half as far costs Raw a third and Hextile two thirds more. Tight and
// ZRLE, which browsers ask for, are compressed already.
const windowBytes = 512 << 10

// encoders lends encoders, to use them again: each holds a megabyte, and if every recording made
// its own, those that are over would wait for the collector beside those that are being written.
type encoders struct{ spare sync.Pool }

func (e *encoders) lend() (*zstd.Encoder, error) {
	if z, is := e.spare.Get().(*zstd.Encoder); is {
		return z, nil
	}
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(windowBytes), zstd.WithLowerEncoderMem(true))
}

// takeBack takes an encoder back, in whatever state.
func (e *encoders) takeBack(z *zstd.Encoder) {
	z.Reset(io.Discard) // and not what it wrote to, which would be kept with it
	e.spare.Put(z)
}
