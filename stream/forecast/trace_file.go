package forecast

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/klauspost/compress/zstd"

	"vmstudy/fields"
	"vmstudy/stream/wire"
)

const (
	traceMagic   = "vmstudy trace 2\n"
	traceMagic1  = "vmstudy trace 1\n" // before costs were kept
	maxAccesses  = 1 << 20             // 4 GiB touched, ten times what any published run did
	traceWindow  = 8 << 20             // how far back its compressor looks
	maxTraceBody = 256 + (maxAccesses+1)*(1+3*binary.MaxVarintLen64)
)

// errTrace is the root of every refusal to read a trace.
var errTrace = errors.New("not a trace")

// WriteTrace writes t, of at most a million accesses, as a small file: the magic line, then,
// compressed by zstd, the content id, the number of accesses, and for each access its image, the
// distance of its index from that of the access before, the time since the access before, and its
// cost. Numbers are varints, times are in microseconds, finer parts are cut off.
func WriteTrace(w io.Writer, t Trace) error {
	b := wire.AppendString(nil, t.Content)
	b = binary.AppendUvarint(b, uint64(len(t.Accesses)))
	var last Access
	for _, a := range t.Accesses {
		b = append(b, a.Image)
		b = binary.AppendVarint(b, int64(a.Index)-int64(last.Index))
		b = binary.AppendUvarint(b, uint64(a.At.Microseconds()-last.At.Microseconds()))
		b = binary.AppendUvarint(b, uint64(max(0, a.Cost)))
		last = a
	}
	if _, err := io.WriteString(w, traceMagic); err != nil {
		return err
	}
	zip, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	_, err = zip.Write(b)
	return errors.Join(err, zip.Close())
}

// ReadTrace reads what WriteTrace wrote. It refuses a chunk that occurs twice and a file of more
// than a million accesses.
func ReadTrace(r io.Reader) (Trace, error) {
	magic := make([]byte, len(traceMagic))
	n, err := io.ReadFull(r, magic)
	priced := string(magic) == traceMagic
	if err != nil || !priced && string(magic) != traceMagic1 {
		return Trace{}, errors.Join(fmt.Errorf("%w: begins with %q", errTrace, magic[:n]), err)
	}
	unzip, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(traceWindow))
	if err != nil {
		return Trace{}, err
	}
	defer unzip.Close()
	body, err := io.ReadAll(io.LimitReader(unzip, maxTraceBody+1))
	if err != nil || len(body) > maxTraceBody {
		return Trace{}, errors.Join(fmt.Errorf("%w: after %d bytes", errTrace, len(body)), err)
	}
	return readAccesses(fields.NewReader(body), priced)
}

// readAccesses reads what WriteTrace compresses. priced says that there are costs.
func readAccesses(r *fields.Reader, priced bool) (Trace, error) {
	t := Trace{Content: wire.TakeString(r)}
	count := r.UpTo(maxAccesses)
	seen := map[Chunk]bool{}
	var last Access
	for range count {
		last = readAccess(r, last)
		if priced {
			last.Cost = int(r.UpTo(2 * ChunkSize))
		}
		if r.Failed() {
			break
		}
		if seen[last.Chunk] {
			return Trace{}, fmt.Errorf("%w: chunk %d of image %d occurs twice", errTrace, last.Index, last.Image)
		}
		seen[last.Chunk] = true
		t.Accesses = append(t.Accesses, last)
	}
	if !r.Done() {
		return Trace{}, fmt.Errorf("%w: wrong after %d of %d accesses", errTrace, len(t.Accesses), count)
	}
	return t, nil
}

func readAccess(r *fields.Reader, last Access) Access {
	const longest = uint64(math.MaxInt64 / int64(time.Microsecond))
	image, step := r.U8(), r.Varint()
	pause := r.UpTo(longest - uint64(last.At.Microseconds()))
	index := int64(last.Index) + step
	if step > math.MaxUint32 || step < -math.MaxUint32 || index < 0 || index > math.MaxUint32 {
		r.Fail()
	}
	return Access{Chunk: Chunk{Image: image, Index: uint32(index)}, At: last.At + time.Duration(pause)*time.Microsecond}
}
