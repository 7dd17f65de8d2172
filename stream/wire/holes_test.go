package wire

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sparseFile returns a file of eight chunks of which those named are written.
func sparseFile(t *testing.T, size int64, written ...int64) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "image"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	for _, c := range written {
		if _, err := f.WriteAt(bytes.Repeat([]byte{1}, ChunkSize), c*ChunkSize); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestHolesOfAFileAreFound(t *testing.T) {
	tests := map[string]struct {
		size    int64
		written []int64
		want    []Run
	}{
		"nothing written":         {8 * ChunkSize, nil, []Run{{0, 8}}},
		"everything written":      {2 * ChunkSize, []int64{0, 1}, nil},
		"a hole between":          {8 * ChunkSize, []int64{0, 7}, []Run{{1, 6}}},
		"a hole before and after": {8 * ChunkSize, []int64{3}, []Run{{0, 3}, {4, 4}}},
		"a last chunk cut short":  {8*ChunkSize - 7, []int64{0}, []Run{{1, 7}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, FindHoles(sparseFile(t, tt.size, tt.written...), tt.size)); diff != "" {
				t.Errorf("holes (-want +got):\n%s", diff)
			}
		})
	}
}
