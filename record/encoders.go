package record

import (
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// windowBytes is how far back an encoder looks for bytes that it has seen before. That is more than half of a window that is
// drawn again takes, or a picture of 320x240 in plain pixels. If it was twice as far, it would take twice the memory and
// recordings of desktops would not become smaller. If it was half as far, Raw would take a third more and Hextile two
// thirds. Tight and ZRLE, which browsers ask for, are compressed already.
const windowBytes = 512 << 10

// encoder writes each frame in one of two ways: compressed, or as it is.
type encoder struct {
	packed *zstd.Encoder
	stored stored
}

// frame is a way to write frames.
type frame interface {
	io.Writer
	Reset(out io.Writer) // begins another frame
	Flush() error
	Close() error
}

var _ = []frame{(*zstd.Encoder)(nil), (*stored)(nil)}

// encoders keeps encoders, so that they are used again. Each takes a megabyte. If every recording made a new one, there would
// be many old ones in memory until garbage is collected.
type encoders struct{ spare sync.Pool }

func (e *encoders) lend() (*encoder, error) {
	if one, is := e.spare.Get().(*encoder); is {
		return one, nil
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1),
		zstd.WithWindowSize(windowBytes), zstd.WithLowerEncoderMem(true))
	return &encoder{packed: z}, err
}

// takeBack takes an encoder back, whatever its state.
func (e *encoders) takeBack(one *encoder) {
	one.packed.Reset(io.Discard) // so that the file that it wrote to is not kept in memory, too
	one.stored.out = nil
	e.spare.Put(one)
}
