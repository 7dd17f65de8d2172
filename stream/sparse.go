package stream

import (
	"fmt"
	"os"
)

// newSparse returns a file of size bytes, all zeros, that takes room only for what is written to it. It
// has no name any more, so a process that is killed leaves nothing behind.
func newSparse(dir, name string, size int64) (*os.File, error) {
	f, err := os.CreateTemp(dir, name+"-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, err
	}
	if err := f.Truncate(size); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s of %d bytes: %w", name, size, err)
	}
	return f, nil
}
