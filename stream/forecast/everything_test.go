package forecast

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever the order says, each chunk that is not known to be zeros is planned exactly once.
func TestEverythingIsPlannedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := rapid.SliceOfN(rapid.Uint32Range(0, 50), 1, 4).Draw(t, "sizes")
		empty := rapid.SliceOf(rapid.Uint32Range(0, 50)).Draw(t, "empty")
		s := Shape{Empty: func(c Chunk) bool {
			for _, index := range empty {
				if c.Index == index {
					return true
				}
			}
			return false
		}}
		for i, size := range sizes {
			s.Images = append(s.Images, Extent{Name: []string{Memory, Disk, Device, "more"}[i], Chunks: size})
		}
		order := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Chunk {
			return Chunk{Image: rapid.Uint8Range(0, 5).Draw(t, "image"), Index: rapid.Uint32Range(0, 60).Draw(t, "index")}
		})).Draw(t, "order")
		planned := map[Chunk]int{}
		p := Everything(order)(s).Begin()
		for _, d := range p.Dues {
			planned[d.Chunk]++
		}
		for i, im := range s.Images {
			for _, c := range s.all(im.Name) {
				if c.Image == uint8(i) && planned[c] != 1 {
					t.Fatalf("%v is planned %d times", c, planned[c])
				}
				delete(planned, c)
			}
		}
		if len(planned) > 0 {
			t.Fatalf("%v are planned, which there are not", planned)
		}
		if p.Pause {
			t.Fatal("it holds the machine")
		}
	})
}

func TestWhatIsOrderedComesFirstAndThenTheDisk(t *testing.T) {
	c := func(image uint8, index uint32) Chunk { return Chunk{Image: image, Index: index} }
	s := Shape{Images: []Extent{{Memory, 3}, {Disk, 2}}}
	want := []Chunk{c(0, 2), c(1, 0), c(1, 1), c(0, 0), c(0, 1)}
	for i, d := range Everything([]Chunk{c(0, 2)})(s).Begin().Dues {
		if d.Chunk != want[i] {
			t.Errorf("%v comes as number %d, want %v", d.Chunk, i, want[i])
		}
	}
}
