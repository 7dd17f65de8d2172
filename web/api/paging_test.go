package api

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"vmstudy/study"
)

func FuzzCursor(f *testing.F) {
	for _, text := range []string{"", "1", "9223372036854775807", "9223372036854775808", "0", "-1", "+1", "01", " 1", "1 ", "none", "1e3", "\x00", "١"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := after(text)
		switch {
		case err != nil:
			if !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
				t.Errorf("the cursor %q is refused with %v, want a sentence", text, err)
			}
		case text == "" && n != 0, text != "" && (n <= 0 || cursorAfter(n) != text):
			t.Errorf("the cursor %q comes after %d, which has another cursor: %q", text, n, cursorAfter(n))
		}
	})
}

// Whoever follows the cursors reads each thing once, in its order, however large the parts are, and what was there at the beginning even if things
// are added and removed meanwhile.
func TestCursorsLeadOverTheWholeList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		there := rapid.SliceOfNDistinct(rapid.Int64Range(1, 1000), 0, 30, rapid.ID[int64]).Draw(t, "there")
		slices.Sort(there)
		began := slices.Clone(there)
		p := Paging{Limit: rapid.IntRange(1, 7).Draw(t, "limit")}
		var got, gone []int64
		for {
			part, err := read(p, func(n int64) int64 { return n }, func(part study.Part) ([]int64, error) {
				some := slices.DeleteFunc(slices.Clone(there), func(n int64) bool { return n <= part.After })
				return some[:min(len(some), part.Most)], nil
			}, func(n int64) int64 { return n })
			if err != nil {
				t.Fatal(err)
			}
			if len(part.Body.Items) > p.Limit {
				t.Fatalf("a part has %d, want at most %d", len(part.Body.Items), p.Limit)
			}
			got = append(got, part.Body.Items...)
			if p.Cursor = part.Body.Next; p.Cursor == "" {
				break
			}
			if len(there) > 0 && rapid.Bool().Draw(t, "one is removed") {
				i := rapid.IntRange(0, len(there)-1).Draw(t, "which")
				gone = append(gone, there[i])
				there = slices.Delete(there, i, i+1)
			}
			if len(there) < 40 && rapid.Bool().Draw(t, "one is added") {
				there = append(there, 1001+int64(len(got)+len(gone)+len(there)*50))
				slices.Sort(there)
				there = slices.Compact(there)
			}
		}
		if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Fatalf("read %v, want each once and in order", got)
		}
		for _, n := range began {
			if !slices.Contains(got, n) && !slices.Contains(gone, n) {
				t.Fatalf("%d was there all the time and was not read: %v", n, got)
			}
		}
	})
}
