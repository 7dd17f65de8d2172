package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"

	"github.com/klauspost/compress/zstd"

	"vmstudy/stream/forecast"
	"vmstudy/stream/plan"
	"vmstudy/stream/wire"
)

// sorted is how many chunks are sorted by their place at a time. Before that, they are in the order in which they are needed.
// Neighbours compress better if they are side by side. Not all chunks are sorted together, because a machine goes on before
// the whole bundle is here, and what it needs first must not be at the end.
const sorted = 512

// Pack makes a bundle of what the best strategy would bring at the beginning, if it has learned from traces. It runs zstd at
// its highest usual level, which takes some seconds. If there is nothing to bring, the bundle is empty.
func (o *Origin) Pack(ctx context.Context, traces []forecast.Trace) (Bundle, error) {
	return o.PackFor(ctx, forecast.Best, traces)
}

// PackFor is Pack for any strategy.
func (o *Origin) PackFor(ctx context.Context, strategy forecast.Name, traces []forecast.Trace) (Bundle, error) {
	if err := plan.Fits(o.layout, traces); err != nil {
		return Bundle{}, err
	}
	learn, err := forecast.Learner(strategy)
	if err != nil {
		return Bundle{}, err
	}
	shape := plan.Shape(o.layout, o.holes)
	var chunks []wire.Chunk
	for _, d := range learn(traces)(shape).Begin().Dues {
		chunks = append(chunks, d.Chunk)
	}
	return o.pack(ctx, chunks[:min(len(chunks), wire.MaxBundle)])
}

// Foretell plays run, a run of the origin's machine, over a link of arithmetic, with a stream that has learned from traces. It
// says what would have been fetched and missed. Chunks that have no price in run cost as much as its others on average.
func (o *Origin) Foretell(strategy forecast.Name, traces []forecast.Trace, run forecast.Trace, link forecast.Link) (forecast.Outcome, error) {
	if err := plan.Fits(o.layout, append(slices.Clone(traces), run)); err != nil {
		return forecast.Outcome{}, err
	}
	learn, err := forecast.Learner(strategy)
	if err != nil {
		return forecast.Outcome{}, err
	}
	shape := plan.Shape(o.layout, o.holes)
	return forecast.Play(run, learn(traces)(shape), shape, link, run.Costs()), nil
}

// PackedSize returns how many bytes a bundle of these chunks takes on the wire, without its index. The chunks are in the order
// in which they are needed. Chunks of zeros are never sent.
func (o *Origin) PackedSize(ctx context.Context, chunks []wire.Chunk) (int64, error) {
	shape := plan.Shape(o.layout, o.holes)
	chunks = slices.DeleteFunc(slices.Clone(chunks), shape.Empty)
	b, err := o.pack(ctx, chunks[:min(len(chunks), wire.MaxBundle)])
	return int64(len(b.packed)), err
}

func (o *Origin) pack(ctx context.Context, chunks []wire.Chunk) (Bundle, error) {
	b := Bundle{Content: o.layout.Content}
	for block := range slices.Chunk(chunks, sorted) {
		slices.SortFunc(block, wire.Chunk.Compare)
	}
	var plain []byte
	for g := range slices.Chunk(chunks, wire.GroupSize) {
		from := len(plain)
		for _, c := range g {
			data, _, err := o.load(c)
			if err != nil {
				return Bundle{}, fmt.Errorf("pack: %w", err)
			}
			if data == nil {
				data = zeroChunk[:]
			}
			plain = append(plain, data...)
		}
		b.index.Groups = append(b.index.Groups, wire.Group{Chunks: g, Hash: wire.HashOf(plain[from:])})
	}
	if len(plain) == 0 {
		return b, nil
	}
	for chunk := range slices.Chunk(plain, wire.ChunkSize) {
		wire.Absolute(chunk)
	}
	var err error
	if b.packed, err = compress(ctx, plain); err != nil {
		return Bundle{}, err
	}
	return b, b.measure()
}

// compress runs the program zstd, because no Go library compresses as well.
func compress(ctx context.Context, plain []byte) ([]byte, error) {
	zstd := exec.CommandContext(ctx, "zstd", "-q", "-c", "-19", "--long=26", "--no-check", "--stream-size="+strconv.Itoa(len(plain)))
	var out, complaint bytes.Buffer
	zstd.Stdin, zstd.Stdout, zstd.Stderr = bytes.NewReader(plain), &out, &complaint
	if err := zstd.Run(); err != nil {
		return nil, errors.Join(fmt.Errorf("pack with zstd: %w: %s", err, bytes.TrimSpace(complaint.Bytes())), context.Cause(ctx))
	}
	return out.Bytes(), nil
}

// measure finds out how many of the packed bytes each group needs, by unpacking them.
func (b *Bundle) measure() error {
	taken := &taken{from: b.packed}
	u, err := newUnpacker(taken)
	if err != nil {
		return err
	}
	defer u.close()
	for i := range b.index.Groups {
		g := &b.index.Groups[i]
		if _, err := u.next(*g); err != nil {
			return fmt.Errorf("group %d of what was packed: %w", i, err)
		}
		g.End = uint32(taken.n)
	}
	b.index.Groups[len(b.index.Groups)-1].End = uint32(len(b.packed))
	return nil
}

// taken is a reader of bytes that counts how many were read.
type taken struct {
	from []byte
	n    int
}

func (t *taken) Read(p []byte) (int, error) {
	if t.n == len(t.from) {
		return 0, io.EOF
	}
	n := copy(p, t.from[t.n:])
	t.n += n
	return n, nil
}

// unpacker unpacks a bundle group by group. It reads no further than it needs.
type unpacker struct {
	zip   *zstd.Decoder
	plain [wire.GroupSize * wire.ChunkSize]byte
}

func newUnpacker(from io.Reader) (*unpacker, error) {
	zip, err := zstd.NewReader(from, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(wire.BundleWindow))
	if err != nil {
		return nil, err
	}
	return &unpacker{zip: zip}, nil
}

func (u *unpacker) close() { u.zip.Close() }

// next returns the content of the next group, which is g. The bytes are valid until next is called again.
func (u *unpacker) next(g wire.Group) ([]byte, error) {
	plain := u.plain[:len(g.Chunks)*wire.ChunkSize]
	if _, err := io.ReadFull(u.zip, plain); err != nil {
		return nil, wire.NoEOF(err)
	}
	for chunk := range slices.Chunk(plain, wire.ChunkSize) {
		wire.Relative(chunk)
	}
	if wire.HashOf(plain) != g.Hash {
		return nil, errors.New("it does not have its hash")
	}
	return plain, nil
}
