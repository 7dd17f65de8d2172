package forecast

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyTrace is a run that touches some of a thousand chunks, each once.
func anyTrace(t *rapid.T) (tr Trace) {
	at := time.Duration(0)
	for _, index := range rapid.SliceOfNDistinct(rapid.Uint32Range(0, 999), 0, 60, rapid.ID).Draw(t, "touched") {
		at += time.Duration(rapid.IntRange(0, 3000).Draw(t, "gap in ms")) * time.Millisecond
		tr.Accesses = append(tr.Accesses, Access{Chunk: Chunk{Index: index}, At: at})
	}
	return tr
}

func TestNoPlanNamesAChunkTwiceNorOneThatHoldsNothing(t *testing.T) {
	shape := Shape{
		Images: []Extent{{Memory, 1000}},
		Empty:  func(c Chunk) bool { return c.Index%7 == 3 },
	}
	check := func(t *rapid.T, name Name, when string, p Plan) {
		seen := map[Chunk]bool{}
		for _, d := range p.Dues {
			if seen[d.Chunk] || !shape.has(d.Chunk) {
				t.Fatalf("%s, %s: the plan names %v, twice: %v, and it holds something: %v", name, when, d.Chunk, seen[d.Chunk], shape.has(d.Chunk))
			}
			seen[d.Chunk] = true
		}
	}
	for name := range makers {
		t.Run(string(name), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s, err := New(name, shape, rapid.SliceOfN(rapid.Custom(anyTrace), 0, 4).Draw(t, "traces"))
				if err != nil {
					t.Fatal(err)
				}
				check(t, name, "at the beginning", s.Begin())
				at, touched := time.Duration(0), map[Chunk]bool{}
				for range rapid.IntRange(0, 30).Draw(t, "steps") {
					at += time.Duration(rapid.IntRange(0, 3000).Draw(t, "later by ms")) * time.Millisecond
					c := Chunk{Index: rapid.Uint32Range(0, 999).Draw(t, "chunk")}
					if !touched[c] {
						touched[c] = true
						s.Touched(c, at)
					}
					if p, ok := s.Missed(c, at); ok {
						check(t, name, "after a miss", p)
					}
					if p, ok := s.Hint(at); ok {
						check(t, name, "at a hint", p)
					}
				}
			})
		})
	}
}
