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

// encoder writes frames, in one of two ways at a time.
type encoder struct {
	packed *zstd.Encoder
	stored stored
}

// frame is a way to write frames.
type frame interface {
	io.Writer
	Reset(out io.Writer) // begins another
	Flush() error
	Close() error
}

var _ = []frame{(*zstd.Encoder)(nil), (*stored)(nil)}

// encoders lends encoders, to use them again: each holds a megabyte, and if every recording made
// its own, those that are over would wait for the collector beside those that are being written.
type encoders struct{ spare sync.Pool }

func (e *encoders) lend() (*encoder, error) {
	if one, is := e.spare.Get().(*encoder); is {
		return one, nil
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(windowBytes), zstd.WithLowerEncoderMem(true))
	return &encoder{packed: z}, err
}

// takeBack takes an encoder back, in whatever state.
func (e *encoders) takeBack(one *encoder) {
	one.packed.Reset(io.Discard) // and not what it wrote to, which would be kept with it
	one.stored.out = nil
	e.spare.Put(one)
}
