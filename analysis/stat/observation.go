package stat

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// An Observation is one value of one participant in one condition, or in one group. A value that is missing has
// no Observation.
type Observation struct {
	Participant string
	Condition   string
	Value       float64
}

// Used says on how many participants a result rests, and who was left out.
type Used struct {
	N       int
	Dropped []Dropped // in the order of their names
}

// Dropped is a participant who was left out, with the reason as words for a reader: "no value in vnc/3G".
type Dropped struct {
	Participant string
	Why         string
}

// Reduced brings the values of each participant in each condition to one, as in Reduced(obs, Mean). Tests want one
// value of each: those of one participant are not independent. The order is that of first appearance.
func Reduced(obs []Observation, by func([]float64) float64) []Observation {
	type cell struct{ participant, condition string }
	at := map[cell]int{}
	var order []cell
	var values [][]float64
	for _, o := range obs {
		c := cell{o.Participant, o.Condition}
		i, there := at[c]
		if !there {
			i = len(order)
			at[c], order, values = i, append(order, c), append(values, nil)
		}
		values[i] = append(values[i], o.Value)
	}
	out := make([]Observation, len(order))
	for i, c := range order {
		out[i] = Observation{c.participant, c.condition, by(values[i])}
	}
	return out
}

// Mean returns the mean of one or more values.
func Mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs))
}

// Median returns the median of one or more values.
func Median(xs []float64) float64 { return quantile(sorted(xs), 0.5) }

func sorted(xs []float64) []float64 {
	s := slices.Clone(xs)
	slices.Sort(s)
	return s
}

// A block is what one participant has in each of some conditions.
type block struct {
	participant string
	values      []float64
}

// blocks returns the participants who have a value in each of the conditions, in the order of their names. The others
// are dropped. Observations in other conditions are passed over.
func blocks(obs []Observation, conditions []string) ([]block, Used, error) {
	column, err := columns(conditions)
	if err != nil {
		return nil, Used{}, err
	}
	rows := map[string][]float64{}
	for _, o := range obs {
		j, asked := column[o.Condition]
		if !asked {
			continue
		}
		if err := checkValues([]float64{o.Value}); err != nil {
			return nil, Used{}, fmt.Errorf("%s in %s: %w", o.Participant, o.Condition, err)
		}
		if rows[o.Participant] == nil {
			rows[o.Participant] = slices.Repeat([]float64{math.NaN()}, len(conditions))
		}
		if !math.IsNaN(rows[o.Participant][j]) {
			return nil, Used{}, fmt.Errorf("%s has two values in %s: %w", o.Participant, o.Condition, ErrRepeated)
		}
		rows[o.Participant][j] = o.Value
	}
	return complete(rows, conditions)
}

// columns numbers the conditions.
func columns(conditions []string) (map[string]int, error) {
	column := map[string]int{}
	for j, c := range conditions {
		if _, twice := column[c]; twice {
			return nil, fmt.Errorf("condition %s is named twice: %w", c, ErrRepeated)
		}
		column[c] = j
	}
	return column, nil
}

// complete parts the rows without a gap, which is NaN, from the others.
func complete(rows map[string][]float64, conditions []string) ([]block, Used, error) {
	var whole []block
	var used Used
	for participant, values := range rows {
		var gaps []string
		for j, v := range values {
			if math.IsNaN(v) {
				gaps = append(gaps, conditions[j])
			}
		}
		if gaps != nil {
			used.Dropped = append(used.Dropped, Dropped{participant, "no value in " + strings.Join(gaps, ", ")})
			continue
		}
		whole = append(whole, block{participant, values})
	}
	slices.SortFunc(whole, func(a, b block) int { return cmp.Compare(a.participant, b.participant) })
	slices.SortFunc(used.Dropped, func(a, b Dropped) int { return cmp.Compare(a.Participant, b.Participant) })
	used.N = len(whole)
	return whole, used, nil
}

// Paired is what participants have in two conditions, A and B. The slices run in parallel, in the order of the
// participants' names.
type Paired struct {
	Used
	A, B         string
	Participants []string
	First        []float64 // in A
	Second       []float64 // in B
	Differences  []float64 // First - Second, see even
}

// Pairs returns what the participants have in conditions a and b. Who lacks one of them is dropped. Errors: ErrRepeated
// where somebody has two values in one condition, ErrTooFew if nobody is left, ErrNotFinite, and ErrOutOfScale beyond 1e100.
func Pairs(obs []Observation, a, b string) (Paired, error) {
	return Contrasted(obs, []string{a}, []string{b})
}

// Contrasted returns the mean of each participant over some conditions, and over some others. Who lacks a value in one of all these is dropped, and
// Used names them, also with an error. Errors are those of Pairs.
func Contrasted(obs []Observation, first, second []string) (Paired, error) {
	whole, used, err := blocks(obs, slices.Concat(first, second))
	if err != nil {
		return Paired{}, fmt.Errorf("pairs: %w", err)
	}
	p := Paired{Used: used, A: strings.Join(first, ", "), B: strings.Join(second, ", ")}
	if len(whole) == 0 {
		return p, fmt.Errorf("nobody has values in both %s and %s: %w", p.A, p.B, ErrTooFew)
	}
	for _, row := range whole {
		a, b := Mean(row.values[:len(first)]), Mean(row.values[len(first):])
		p.Participants = append(p.Participants, row.participant)
		p.First, p.Second, p.Differences = append(p.First, a), append(p.Second, b), append(p.Differences, a-b)
	}
	even(p.Differences, max(greatest(p.First), greatest(p.Second)))
	return p, nil
}

// even rounds xs to 12 digits of the greatest value from which they were computed. Without it, rounding errors make
// ties of what differs and break ties of what is equal: 0.3-0.2 and 0.2-0.1 differ by 3e-17.
func even(xs []float64, size float64) {
	digits := 12 - math.Ceil(math.Log10(size))
	up, down := math.Pow(10, max(0, digits)), math.Pow(10, max(0, -digits)) // powers of ten are exact, their inverses are not
	if size == 0 || math.IsInf(up, 0) {
		return
	}
	for i, x := range xs {
		xs[i] = math.Round(x*up/down) / up * down
	}
}

// greatest returns the greatest absolute value, or 0 of none.
func greatest(xs []float64) float64 {
	m := 0.0
	for _, x := range xs {
		m = max(m, math.Abs(x))
	}
	return m
}
