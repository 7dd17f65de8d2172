package screenbench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"math/rand/v2"
	"slices"
	"sort"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/record"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// The recording is half an hour long and has an update every second. Any moment of it must be on
// the screen within mostToSeek.
const (
	filmLength = 1800
	mostToSeek = 0.5 // seconds
)

// measureSeek jumps to moments of a replay: it finds the chunk of the moment, reads it, and draws
// its messages up to the moment. A browser takes longer to draw; TestSeekingInHalfAnHour in package
// web measures that.
func measureSeek(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	seconds, jumps := filmLength, 200
	if s.Quick {
		seconds, jumps = 60, 30
	}
	recording, err := recorded(seconds)
	if err != nil {
		return nil, err
	}
	s.Show(1, 3)
	var data bytes.Buffer
	begun := time.Now()
	index, err := record.MakeReplay(&data, bytes.NewReader(recording))
	if err != nil {
		return nil, err
	}
	made := time.Since(begun)
	s.Show(2, 3)
	r := rand.New(rand.NewPCG(5, 6))
	var took []float64
	for range jumps {
		begun := time.Now()
		if err := jump(index, bytes.NewReader(data.Bytes()), r.Int64N(index.Duration)); err != nil {
			return nil, err
		}
		if took = append(took, time.Since(begun).Seconds()); ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	what := fmt.Sprintf("%d min of %dx%d", seconds/60, screenSize.X, screenSize.Y)
	return []bench.Row{
		bench.Told(made.Seconds()).As("replay_made", what, "s"),
		bench.Told(stat.Median(took)).As("seek_median", what, "s"),
		bench.AtMost(mostToSeek, slices.Max(took)).As("seek_longest", what, "s"),
	}, nil
}

// recorded returns a recording of a busy desktop with one update per second.
func recorded(seconds int) ([]byte, error) {
	var out bytes.Buffer
	w, err := record.NewWriter(&out, record.Header{Began: time.Unix(0, 0)})
	if err != nil {
		return nil, err
	}
	if err := w.Begin(0); err != nil {
		return nil, err
	}
	hello := append([]byte("RFB 003.003\n"), 0, 0, 0, 1)
	hello = wire.ServerInit{W: uint16(screenSize.X), H: uint16(screenSize.Y), Format: wire.RGBX, Name: "bench"}.Append(hello)
	for n, update := range append([][]byte{hello}, busy(seconds, 0).updates...) {
		at := time.Duration(max(0, n-1)) * time.Second
		for part := range slices.Chunk(update, 64<<10) {
			if err := w.Block(at, part); err != nil {
				return nil, err
			}
		}
	}
	err = w.Close()
	return out.Bytes(), err
}

// jump draws the screen as it was ms milliseconds after the recording began.
func jump(index record.Replay, data io.ReaderAt, ms int64) error {
	after := sort.Search(len(index.Chunks), func(i int) bool { return index.Chunks[i].At > ms })
	chunk := index.Chunks[max(0, after-1)]
	b := make([]byte, chunk.Length)
	if _, err := data.ReadAt(b, chunk.Offset); err != nil {
		return err
	}
	screen := screen.NewFramebuffer(image.Pt(chunk.Width, chunk.Height), wire.RGBX)
	for len(b) > 0 && int64(binary.BigEndian.Uint32(b)) <= ms {
		n := binary.BigEndian.Uint32(b[4:])
		message := bytes.NewReader(b[8+1 : 8+n]) // without its type
		if _, err := screen.Update(wire.NewReader(bufio.NewReader(message))); err != nil {
			return err
		}
		b = b[8+n:]
	}
	return nil
}
