package audit_test

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vmstudy/study/audit"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// list returns a list of n entries.
func list(n int) (all []audit.Entry) {
	var head audit.Head
	for i := range n {
		e := head.Next(audit.Entry{At: noon.Add(time.Duration(i) * time.Second), Who: "ada", Action: "exclude", About: "/lab/sessions/7", Why: "absent"})
		all, head = append(all, e), e.Head()
	}
	return all
}

func each(all []audit.Entry) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

// again computes the numbers and sums of a list anew, as somebody would who hides a change.
func again(all []audit.Entry) []audit.Entry {
	var head audit.Head
	for i := range all {
		all[i] = head.Next(all[i])
		head = all[i].Head()
	}
	return all
}

func TestAnEntryHasWhatCanBeStoredOfAText(t *testing.T) {
	for name, test := range map[string]struct{ about, want string }{
		"a path":                  {"/lab/sessions/7", "/lab/sessions/7"},
		"bytes that are no text":  {"/lab/\xff\xfe/\x00", "/lab/\uFFFD/\uFFFD"},
		"a text without end":      {strings.Repeat("a", 100_000), strings.Repeat("a", 3997) + "…"},
		"a text cut in a letter":  {strings.Repeat("ä", 50_000), strings.Repeat("ä", 1998) + "…"},
		"as much as there may be": {strings.Repeat("a", 4000), strings.Repeat("a", 4000)},
	} {
		t.Run(name, func(t *testing.T) {
			e := audit.Head{}.Next(audit.Entry{At: noon, About: test.about})
			if e.About != test.want || e.Sum != e.After(audit.Sum{}) {
				t.Errorf("of %d bytes the entry has %d: %.40q", len(test.about), len(e.About), e.About)
			}
			if again := (audit.Head{}).Next(e); again != e {
				t.Errorf("once more, it is another entry: %.40q", again.About)
			}
		})
	}
}

func TestWhatIsDoneToAListIsFound(t *testing.T) {
	head := list(5)[4].Head()
	for name, test := range map[string]struct {
		do    func([]audit.Entry) []audit.Entry
		fault int64  // number of the entry; 0 for none
		say   string // part of the fault
	}{
		"nothing":               {func(l []audit.Entry) []audit.Entry { return l }, 0, ""},
		"the name is altered":   {func(l []audit.Entry) []audit.Entry { l[2].Who = "bob"; return l }, 3, "altered"},
		"the reason is altered": {func(l []audit.Entry) []audit.Entry { l[2].Why = ""; return l }, 3, "altered"},
		"the time is altered":   {func(l []audit.Entry) []audit.Entry { l[2].At = noon; return l }, 3, "altered"},
		"fields are moved":      {func(l []audit.Entry) []audit.Entry { l[2].About, l[2].Why = "/lab/sessions/", "7absent"; return l }, 3, "altered"},
		"one is removed":        {func(l []audit.Entry) []audit.Entry { return slices.Delete(l, 2, 3) }, 3, "missing, and the next one is 4"},
		"the first is removed":  {func(l []audit.Entry) []audit.Entry { return l[1:] }, 1, "missing"},
		"two are exchanged":     {func(l []audit.Entry) []audit.Entry { l[1], l[2] = l[2], l[1]; return l }, 2, "missing, and the next one is 3"},
		"two exchange numbers": {func(l []audit.Entry) []audit.Entry {
			l[1], l[2] = l[2], l[1]
			l[1].Number, l[2].Number = 2, 3
			return l
		}, 2, "altered"},
		"one is there twice":     {func(l []audit.Entry) []audit.Entry { return slices.Insert(l, 2, l[1]) }, 3, "with the number 2"},
		"the last is removed":    {func(l []audit.Entry) []audit.Entry { return l[:4] }, 5, "seen 5 entries"},
		"all are removed":        {func(l []audit.Entry) []audit.Entry { return nil }, 1, "seen 5 entries"},
		"altered, hashed anew":   {func(l []audit.Entry) []audit.Entry { l[2].Who = "bob"; return again(l) }, 5, "written anew"},
		"removed, hashed anew":   {func(l []audit.Entry) []audit.Entry { return again(slices.Delete(l, 2, 3)) }, 5, "seen 5 entries"},
		"exchanged, hashed anew": {func(l []audit.Entry) []audit.Entry { l[1], l[2] = l[2], l[1]; return again(l) }, 5, "written anew"},
		"one more is at the end": {func(l []audit.Entry) []audit.Entry { return append(l, list(6)[5]) }, 0, ""},
	} {
		_, err := audit.Check(each(test.do(list(5))), head)
		var f *audit.Fault
		switch {
		case test.fault == 0 && err != nil:
			t.Errorf("%s: got %v, want no fault", name, err)
		case test.fault != 0 && (!errors.As(err, &f) || f.Number != test.fault || !strings.Contains(f.What, test.say)):
			t.Errorf("%s: got %v, want a fault at entry %d: %s", name, err, test.fault, test.say)
		}
	}
}

func TestTwoHeadsOfOneNumberAreOfTwoLists(t *testing.T) {
	one, other := list(5), list(5)
	other[4].Who = "bob"
	other = again(other)
	for name, known := range map[string][]audit.Head{
		"the right one last":  {other[4].Head(), one[4].Head()},
		"the right one first": {one[4].Head(), other[4].Head()},
	} {
		var f *audit.Fault
		if _, err := audit.Check(each(one), known...); !errors.As(err, &f) || f.Number != 5 || !strings.Contains(f.What, "written anew") {
			t.Errorf("%s: got %v, want a fault at entry 5", name, err)
		}
	}
	if _, err := audit.Check(each(one), one[4].Head(), one[4].Head()); err != nil {
		t.Errorf("the same head twice: %v", err)
	}
}

// Whatever is done to a list of which the head is known outside, it is found, unless the entries are the same.
func TestNoChangeStaysHidden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "entries")
		was := list(n)
		now := slices.Clone(was)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			if len(now) == 0 {
				break
			}
			i := rapid.IntRange(0, len(now)-1).Draw(t, "at")
			switch rapid.IntRange(0, 3).Draw(t, "change") {
			case 0:
				now = slices.Delete(now, i, i+1)
			case 1:
				j := rapid.IntRange(0, len(now)-1).Draw(t, "with")
				now[i], now[j] = now[j], now[i]
			case 2:
				now[i].Why = rapid.SampledFrom([]string{"absent", "other"}).Draw(t, "why")
			case 3:
				now[i].At = now[i].At.Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "later")) * time.Second)
			}
		}
		if rapid.Bool().Draw(t, "hashed anew") {
			now = again(now)
		}
		head, err := audit.Check(each(now), was[n-1].Head())
		if same := slices.Equal(was, now); same != (err == nil) {
			t.Fatalf("the lists are the same: %v; got %v", same, err)
		}
		if err == nil && head != was[n-1].Head() {
			t.Fatalf("the head is %v, want %v", head, was[n-1].Head())
		}
	})
}

func TestAHeadIsReadAsItIsPrinted(t *testing.T) {
	head := list(3)[2].Head()
	if got, err := audit.ParseHead(head.String()); err != nil || got != head {
		t.Errorf("%s is read as %v, %v", head, got, err)
	}
	for _, text := range []string{"", "3", "3:", "3:abc", "x:" + head.Sum.String()} {
		if got, err := audit.ParseHead(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
