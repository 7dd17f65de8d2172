package questionnaire

import (
	"fmt"
	"strconv"

	"vmstudy/study"
)

// A Score is the value of one Measure, which has its unit and meaning.
type Score struct {
	ID    string // of the Measure
	Value float64
}

// Scores computes the measures of the instrument from answers, in the order of Measures.
//
// A measure with an unanswered item yields no score, because the mean of the other items does
// not compare with a mean of all. An answer that is not one of the item's options, that belongs
// to no item, or that appears twice is an error of kind study.ErrInvalid.
func (in Instrument) Scores(answers []study.Answer) ([]Score, error) {
	values := map[string]string{}
	for _, a := range answers {
		it, ok := in.item(a.Item)
		if _, twice := values[a.Item]; !ok || twice || it.fault(a.Value) != "" {
			return nil, fmt.Errorf("scoring %s, item %q, answer %q: %w", in.ID, a.Item, a.Value, study.ErrInvalid)
		}
		values[a.Item] = a.Value
	}
	var scores []Score
	for _, m := range in.Measures {
		value, complete, err := m.mean(values)
		if err != nil {
			return nil, fmt.Errorf("scoring %s, measure %q: %w", in.ID, m.ID, err)
		}
		if complete {
			scores = append(scores, Score{ID: m.ID, Value: value})
		}
	}
	return scores, nil
}

// An Odd answer is one that this instrument does not allow: it comes from another version of the
// instrument, say, or was changed by hand.
type Odd struct {
	study.Answer
	Why string // a few words
}

// Part separates the answers that Scores accepts from those that it does not. If an item was answered
// twice, nobody knows which answer is right, so both are odd.
func (in Instrument) Part(answers []study.Answer) (sound []study.Answer, odd []Odd) {
	times := map[string]int{}
	for _, a := range answers {
		times[a.Item]++
	}
	for _, a := range answers {
		it, known := in.item(a.Item)
		switch {
		case !known:
			odd = append(odd, Odd{a, "there is no such question"})
		case times[a.Item] > 1:
			odd = append(odd, Odd{a, "the question was answered twice"})
		case it.fault(a.Value) != "":
			odd = append(odd, Odd{a, "that is not one of its answers"})
		default:
			sound = append(sound, a)
		}
	}
	return sound, odd
}

// mean returns the mean of the items of m, and whether all of them were answered. Values are
// whole numbers, so their sum is exact.
func (m Measure) mean(values map[string]string) (mean float64, complete bool, err error) {
	sum := 0
	for _, id := range m.Items {
		text, ok := values[id]
		if !ok {
			return 0, false, nil
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0, false, fmt.Errorf("item %q: %w", id, err)
		}
		sum += n
	}
	return float64(sum) / float64(len(m.Items)), true, nil
}
