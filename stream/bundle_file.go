package stream

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"vmstudy/stream/wire"
)

const bundleMagic = "vmstudy bundle 1\n"

// errBundle is part of every error about a file that is not a bundle.
var errBundle = errors.New("not a bundle")

// WriteBundle writes b as a file. The file has the magic line, the content id after one byte with its length, the index in its
// form on the wire after four bytes with its length (big-endian), and the packed bytes.
func WriteBundle(w io.Writer, b Bundle) error {
	head := wire.AppendString([]byte(bundleMagic), b.Content)
	index := b.index.AppendTo(nil)
	head = binary.BigEndian.AppendUint32(head, uint32(len(index)))
	for _, part := range [][]byte{head, index, b.packed} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// ReadBundle reads what WriteBundle wrote. It does not look for damage in the packed bytes; unpacking finds that.
func ReadBundle(from io.Reader) (Bundle, error) {
	r := bufio.NewReader(from)
	magic := make([]byte, len(bundleMagic)+1)
	if n, err := io.ReadFull(r, magic); err != nil || string(magic[:len(bundleMagic)]) != bundleMagic {
		return Bundle{}, errors.Join(fmt.Errorf("%w: begins with %q", errBundle, magic[:n]), err)
	}
	head := make([]byte, int(magic[len(bundleMagic)])+4)
	if _, err := io.ReadFull(r, head); err != nil {
		return Bundle{}, fmt.Errorf("%w: %w", errBundle, wire.NoEOF(err))
	}
	content, size := string(head[:len(head)-4]), binary.BigEndian.Uint32(head[len(head)-4:])
	if size > wire.MaxBundleBody {
		return Bundle{}, fmt.Errorf("%w: an index of %d bytes", errBundle, size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return Bundle{}, fmt.Errorf("%w: %w", errBundle, wire.NoEOF(err))
	}
	m, err := wire.ParseBundle(body)
	if err != nil {
		return Bundle{}, fmt.Errorf("%w: %w", errBundle, err)
	}
	b := Bundle{Content: content, index: m.(wire.BundleIndex)}
	if b.packed, err = io.ReadAll(io.LimitReader(r, int64(b.index.Size())+1)); err != nil {
		return Bundle{}, fmt.Errorf("%w: %w", errBundle, err)
	}
	if len(b.packed) != int(b.index.Size()) {
		return Bundle{}, fmt.Errorf("%w: %d bytes or more, the index says %d", errBundle, len(b.packed), b.index.Size())
	}
	return b, nil
}
