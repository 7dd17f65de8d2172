package stream

import (
	"fmt"
	"os"
)

// newSparse returns a file of size bytes, which are all zeros. It takes room only for what is written to it. Its name is removed
// at once, so nothing is left behind if the process is killed.
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
