package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// sparseBlock is the unit in which zeroes become holes: a page of memory, a block of the disk.
const sparseBlock = 4 << 10

// copySparse copies a file and leaves holes where the original has blocks of zeroes. It returns how many bytes the other
// blocks have.
func copySparse(ctx context.Context, to, from string) (stored int64, err error) {
	in, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()

	buf, zero := make([]byte, 1<<20), make([]byte, sparseBlock)
	for at := int64(0); ; {
		if ctx.Err() != nil {
			return stored, context.Cause(ctx)
		}
		n, readErr := io.ReadFull(in, buf)
		for i := 0; i < n; i += sparseBlock {
			block := buf[i:min(i+sparseBlock, n)]
			if bytes.Equal(block, zero[:len(block)]) {
				continue
			}
			if _, err := out.WriteAt(block, at+int64(i)); err != nil {
				return stored, err
			}
			stored += int64(len(block))
		}
		at += int64(n)
		if errors.Is(readErr, io.EOF) || errors.Is(readErr, io.ErrUnexpectedEOF) {
			return stored, out.Truncate(at) // for a hole at the end
		}
		if readErr != nil {
			return stored, fmt.Errorf("read %s: %w", from, readErr)
		}
	}
}
