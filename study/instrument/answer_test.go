package instrument

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func TestWhatIsOfferedIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		s := Situation{Trial: true, Method: "vnc", Completed: rapid.Bool().Draw(t, "completed")}
		given, stored := map[string][]string{"csrf": {"x"}}, map[string]string{}
		for _, q := range in.Questions() {
			if q.Optional && rapid.Bool().Draw(t, "leave "+q.ID) {
				continue
			}
			given[q.ID], stored[q.ID] = drawAnswer(t, q)
		}
		answers, faults := in.Take(given, s)
		if len(faults) > 0 {
			t.Fatalf("%v of %v in %+v", faults, given, in)
		}
		var want []Answer
		for _, it := range in.Shown(given, s) {
			for _, q := range it.questions() {
				if stored[q.ID] != "" {
					want = append(want, Answer{Item: q.ID, Value: stored[q.ID]})
				}
			}
		}
		if diff := cmp.Diff(want, answers); diff != "" {
			t.Fatalf("answers (-want +got):\n%s", diff)
		}
		sound, odd := in.Part(answers)
		if len(odd) > 0 || !slices.Equal(sound, answers) {
			t.Fatalf("on record they are odd: %v", odd)
		}
	})
}

func TestExactlyTheSpoiltAnswersAreFaulty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		for i := range in.Items {
			in.Items[i].ShownIf = nil // what is not shown cannot be spoilt
		}
		given := map[string][]string{}
		var want []string
		for _, q := range in.Questions() {
			given[q.ID], _ = drawAnswer(t, q)
			switch {
			case !rapid.Bool().Draw(t, "spoil "+q.ID):
			case !q.Written():
				given[q.ID] = []string{rapid.SampledFrom([]string{"-1e3", "NaN", "0x5", "1;1", "o0,o0", "9999999999", "²"}).Draw(t, "with")}
				want = append(want, q.ID)
			default:
				given[q.ID] = []string{rapid.SampledFrom([]string{"a\x00", "\xff", "much longer than it may be"}).Draw(t, "with")}
				want = append(want, q.ID)
			}
		}
		_, faults := in.Take(given, Situation{})
		var got []string
		for _, f := range faults {
			got = append(got, f.At)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("faulty questions of %v (-want +got):\n%s", given, diff)
		}
	})
}

// mood asks what depends on each other.
func mood() Instrument {
	three, no := 3*One, false
	return Instrument{ID: "mood", Version: 1, Title: Plain("Mood"), Items: []Item{
		{ID: "calm", Text: Plain("Calm?"), Kind: Scale, From: One, To: 5 * One, Low: Plain("no"), High: Plain("yes"), Declining: true},
		{ID: "why", Text: Plain("Why?"), Kind: Choices, Least: 2, Most: 2, ShownIf: []When{{Item: "calm", AtMost: &three}}, Options: []Option{
			{Value: "slow", Label: Plain("Slow")}, {Value: "ugly", Label: Plain("Ugly")}, {Value: "loud", Label: Plain("Loud")}, {Value: "none", Label: Plain("None"), Exclusive: true},
		}},
		{ID: "noise", Text: Plain("What noise?"), Kind: ShortText, Limit: 20, ShownIf: []When{{Item: "why", Is: []string{"loud"}}}},
		{ID: "years", Text: Plain("How old?"), Kind: Number, From: 18 * One, To: 99 * One, Step: One, Unit: Plain("years"), Optional: true},
		{ID: "stuck", Text: Plain("Stuck?"), Kind: Text, Limit: 20, ShownIf: []When{{Completed: &no, Groups: []string{"new"}}}},
	}}
}

func TestOnlyWhatIsShownIsAsked(t *testing.T) {
	tests := map[string]struct {
		given  map[string][]string
		s      Situation
		want   []Answer
		faulty []string
	}{
		"all that follows a low point": {
			given: map[string][]string{"calm": {"2"}, "why": {"loud", "slow"}, "noise": {" a\r\nhum "}},
			want:  []Answer{{"calm", "2"}, {"why", "slow,loud"}, {"noise", "a hum"}},
		},
		"what is not shown is not kept":     {given: map[string][]string{"calm": {"4"}, "why": {"loud"}, "noise": {"hum"}}, want: []Answer{{"calm", "4"}}},
		"nothing depends on what is secret": {given: map[string][]string{"calm": {Withheld}, "why": {"loud"}}, want: []Answer{{"calm", Withheld}}},
		"what follows is missing":           {given: map[string][]string{"calm": {"1"}, "why": {"loud", "slow"}}, faulty: []string{"noise"}},
		"nothing follows a wrong answer":    {given: map[string][]string{"calm": {"6"}}, faulty: []string{"calm"}},
		"two points at once":                {given: map[string][]string{"calm": {"4", "5"}}, faulty: []string{"calm"}},
		"too many at once":                  {given: map[string][]string{"calm": {"1"}, "why": {"slow", "ugly", "loud"}, "noise": {"x"}}, faulty: []string{"why"}},
		"none and another":                  {given: map[string][]string{"calm": {"1"}, "why": {"none", "ugly"}}, faulty: []string{"why"}},
		"too few":                           {given: map[string][]string{"calm": {"1"}, "why": {"ugly"}}, faulty: []string{"why"}},
		"none alone":                        {given: map[string][]string{"calm": {"1"}, "why": {"none"}}, want: []Answer{{"calm", "1"}, {"why", "none"}}},
		"preferring not to answer wins":     {given: map[string][]string{"calm": {"4", Withheld}}, want: []Answer{{"calm", Withheld}}},
		"between two points":                {given: map[string][]string{"calm": {"2.5"}}, faulty: []string{"calm"}},
		"a number as people write it":       {given: map[string][]string{"calm": {"5"}, "years": {" 030,0 "}}, want: []Answer{{"calm", "5"}, {"years", "30"}}},
		"a fraction of a year":              {given: map[string][]string{"calm": {"5"}, "years": {"30.5"}}, faulty: []string{"years"}},
		"too young":                         {given: map[string][]string{"calm": {"5"}, "years": {"17"}}, faulty: []string{"years"}},
		"a number in words":                 {given: map[string][]string{"calm": {"5"}, "years": {"thirty"}}, faulty: []string{"years"}},
		"those who were stuck":              {given: map[string][]string{"calm": {"5"}}, s: Situation{Trial: true, Group: "new"}, faulty: []string{"stuck"}},
		"of another group":                  {given: map[string][]string{"calm": {"5"}}, s: Situation{Trial: true, Group: "old"}, want: []Answer{{"calm", "5"}}},
		"no trial is not a failed one":      {given: map[string][]string{"calm": {"5"}}, s: Situation{Group: "new"}, want: []Answer{{"calm", "5"}}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			answers, faults := mood().Take(tc.given, tc.s)
			var faulty []string
			for _, f := range faults {
				faulty = append(faulty, f.At)
			}
			if diff := cmp.Diff(tc.want, answers) + cmp.Diff(tc.faulty, faulty); diff != "" {
				t.Errorf("(-want +got):\n%s%v", diff, faults)
			}
		})
	}
}

func TestAnOrderIsOfEverythingAndIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		seed := rapid.Uint64().Draw(t, "seed")
		o := in.Shuffle(rand.New(rand.NewPCG(seed, 1)))
		if again := in.Shuffle(rand.New(rand.NewPCG(seed, 1))); !cmp.Equal(o, again) {
			t.Fatalf("one seed drew %v and %v", o, again)
		}
		read, err := ParseOrder(o.String())
		if diff := cmp.Diff(o, read, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%q is read as (-want +got):\n%s%v", o, diff, err)
		}
		mine := in.In(read)
		if len(o.Items) > 0 && !slices.Equal(ids(mine.Items, func(it Item) string { return it.ID }), o.Items) {
			t.Fatalf("items %v, want %v", mine.Items, o.Items)
		}
		byID := func(a, b Item) bool { return a.ID < b.ID }
		back := in.In(Order{Items: ids(in.Items, func(it Item) string { return it.ID })})
		if diff := cmp.Diff(in, back, cmpopts.SortSlices(byID), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("in its own order it is another (-want +got):\n%s", diff)
		}
	})
}

func TestNoneOfTheseStaysBehindTheOthers(t *testing.T) {
	in := mood()
	in.Items[1].Shuffled = true
	in.Items[1].Options = append([]Option{{Value: "first", Label: Plain("None at all"), Exclusive: true}}, in.Items[1].Options...)
	seen := map[string]bool{}
	for seed := range uint64(50) {
		o := in.Shuffle(rand.New(rand.NewPCG(seed, 1))).Options["why"]
		seen[o[0]] = true
		if !slices.Equal(o[3:], []string{"first", "none"}) {
			t.Fatalf("the options are in the order %v", o)
		}
	}
	if len(seen) != 3 {
		t.Errorf("only %v came first", seen)
	}
}

func TestAnOrderAmongTheAnswersIsNoAnswer(t *testing.T) {
	sound, odd := mood().Part([]Answer{{"calm", "4"}, {OrderItem, "why calm"}, {"calm_2", "4"}})
	if len(sound) != 1 || len(odd) != 1 || odd[0].Item != "calm_2" {
		t.Errorf("sound %v, odd %v", sound, odd)
	}
}

func TestEveryOrderOfSidesComesUpAboutAsOften(t *testing.T) {
	in := Instrument{Items: []Item{{ID: "pair", Kind: Choice, Shuffled: true, Options: []Option{{Value: "a"}, {Value: "b"}}}}}
	rng, first := rand.New(rand.NewPCG(1, 1)), 0
	const draws = 10_000
	for range draws {
		if in.Shuffle(rng).Options["pair"][0] == "a" {
			first++
		}
	}
	if first < draws*47/100 || first > draws*53/100 { // 6 standard deviations
		t.Errorf("a stood first %d times of %d", first, draws)
	}
}

func TestDecimalsAreExactAndHaveOneSpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Decimal(rapid.Int64Range(-int64(MaxDecimal), int64(MaxDecimal)).Draw(t, "d"))
		if again, ok := ParseDecimal(d.String()); !ok || again != d {
			t.Fatalf("%s is read as %s, %v", d, again, ok)
		}
	})
	for _, text := range []string{"", "-", ".", "1.", "+1", "1e3", "0x1", "1_0", "--1", "1.2.3", "0.0000001", "1000000000.1", "99999999999999999999", "١", " 1"} {
		if d, ok := ParseDecimal(text); ok {
			t.Errorf("%q is read as %s", text, d)
		}
	}
}
