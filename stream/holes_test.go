package stream

import (
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
		if _, err := f.WriteAt(page(1), c*ChunkSize); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestHolesOfAFileAreFound(t *testing.T) {
	tests := map[string]struct {
		size    int64
		written []int64
		want    []run
	}{
		"nothing written":         {8 * ChunkSize, nil, []run{{0, 8}}},
		"everything written":      {2 * ChunkSize, []int64{0, 1}, nil},
		"a hole between":          {8 * ChunkSize, []int64{0, 7}, []run{{1, 6}}},
		"a hole before and after": {8 * ChunkSize, []int64{3}, []run{{0, 3}, {4, 4}}},
		"a last chunk cut short":  {8*ChunkSize - 7, []int64{0}, []run{{1, 7}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, findHoles(sparseFile(t, tt.size, tt.written...), tt.size)); diff != "" {
				t.Errorf("holes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHolesAreHereWithoutBeingAskedFor(t *testing.T) {
	p := newPlan([]ImageInfo{{"memory", 8 * ChunkSize}})
	p.adopt(planOf(1, 2, 5))
	p.leaveOut(holes{Images: [][]run{{{1, 3}}}})
	if p.loaded != 2 {
		t.Errorf("%d chunks of the trace are here, want the 2 in the hole", p.loaded)
	}
	if p.need(Chunk{Image: 0, Index: 3}) != nil {
		t.Error("a chunk in a hole has to be waited for")
	}
	if p.need(Chunk{Image: 0, Index: 4}) == nil {
		t.Error("a chunk behind the hole counts as here")
	}
}
