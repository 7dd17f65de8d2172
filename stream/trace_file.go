package stream

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/klauspost/compress/zstd"
)

const (
	traceMagic  = "vmstudy trace 2\n"
	traceMagic1 = "vmstudy trace 1\n" // before costs were kept
	maxAccesses = 1 << 20             // 4 GiB touched, ten times what any published run did
)

// errTrace is the root of every refusal to read a trace.
var errTrace = errors.New("not a trace")

// WriteTrace writes t, of at most a million accesses, as a small file: the magic line, then,
// compressed by zstd, the content id, the number of accesses, and for each access its image, the
// distance of its index from that of the access before, the time since the access before, and its
// cost. Numbers are varints, times are in microseconds, finer parts are cut off.
func WriteTrace(w io.Writer, t Trace) error {
	b := appendString(nil, t.Content)
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
	unzip, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return Trace{}, err
	}
	defer unzip.Close()
	t, err := readAccesses(bufio.NewReader(unzip), priced)
	if err != nil {
		return Trace{}, fmt.Errorf("%w: after %d accesses: %w", errTrace, len(t.Accesses), noEOF(err))
	}
	return t, nil
}

// readAccesses returns what it could read, and why it could read no more. priced says that there are
// costs.
func readAccesses(r *bufio.Reader, priced bool) (t Trace, err error) {
	length, err := r.ReadByte()
	if err != nil {
		return t, err
	}
	id := make([]byte, length)
	if _, err := io.ReadFull(r, id); err != nil {
		return t, err
	}
	t.Content = string(id)
	count, err := binary.ReadUvarint(r)
	if err != nil || count > maxAccesses {
		return t, errors.Join(err, fmt.Errorf("%d accesses announced", count))
	}
	seen := map[Chunk]bool{}
	var last Access
	for range count {
		if last, err = readAccess(r, last); err == nil && priced {
			last.Cost, err = readCost(r)
		}
		if err != nil {
			return t, err
		}
		if seen[last.Chunk] {
			return t, fmt.Errorf("chunk %d of image %d occurs twice", last.Index, last.Image)
		}
		seen[last.Chunk] = true
		t.Accesses = append(t.Accesses, last)
	}
	return t, nil
}

func readAccess(r *bufio.Reader, last Access) (Access, error) {
	image, err := r.ReadByte()
	if err != nil {
		return last, err
	}
	step, err := binary.ReadVarint(r)
	if err != nil {
		return last, err
	}
	pause, err := binary.ReadUvarint(r)
	if err != nil {
		return last, err
	}
	index := int64(last.Index) + step
	if step > math.MaxUint32 || step < -math.MaxUint32 || index < 0 || index > math.MaxUint32 {
		return last, fmt.Errorf("chunk %d", index)
	}
	const longest = uint64(math.MaxInt64 / int64(time.Microsecond))
	if pause > longest-uint64(last.At.Microseconds()) {
		return last, fmt.Errorf("pause of %d µs", pause)
	}
	at := last.At + time.Duration(pause)*time.Microsecond
	return Access{Chunk: Chunk{Image: image, Index: uint32(index)}, At: at}, nil
}

func readCost(r *bufio.Reader) (int, error) {
	cost, err := binary.ReadUvarint(r)
	if err == nil && cost > 2*ChunkSize {
		err = fmt.Errorf("a chunk of %d bytes", cost)
	}
	return int(cost), err
}
