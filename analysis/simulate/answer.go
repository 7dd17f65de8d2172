package simulate

import (
	"slices"
	"strings"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// goodHigh are the instruments of the library whose high end is the good one. Of all others, and of a study's own, the low end is taken for it.
var goodHigh = []string{"satisfaction", "accomplishment", "acr", "dcr", "seq", "umux_lite", "ueq_s"}

// high reports whether the high end of a question is the good one.
func high(in instrument.Instrument, q instrument.Item) bool {
	if in.ID == "sus" { // its statements turn: the odd ones praise
		return strings.ContainsAny(q.ID[len(q.ID)-1:], "13579")
	}
	return slices.Contains(goodHigh, in.ID)
}

// fill makes up answers to an instrument, as a form would bring them. What is not shown is not answered.
func (p *person) fill(in instrument.Instrument, t study.Trial, s instrument.Situation) []instrument.Answer {
	given := map[string][]string{}
	for _, q := range in.Questions() {
		given[q.ID] = p.answer(in, q, t)
	}
	answers, faults := in.Take(given, s)
	if len(faults) > 0 { // an instrument that asks for more than chance can give: leave it to nobody's answers
		return nil
	}
	return answers
}

// answer makes up the answer to one question.
func (p *person) answer(in instrument.Instrument, q instrument.Item, t study.Trial) []string {
	switch {
	case q.Kind == instrument.Choices:
		return p.several(q)
	case q.Kind == instrument.Choice:
		return []string{q.Options[p.rng.IntN(len(q.Options))].Value}
	case q.Written():
		return []string{p.writes(q)}
	}
	share := min(1, max(0, p.feels(t)))
	if !high(in, q) {
		share = 1 - share
	}
	if points := q.Points(); q.Kind == instrument.Scale || q.Kind == instrument.Ticks {
		return []string{points[min(len(points)-1, int(share*float64(len(points))))].Value}
	}
	from, to, bounded := q.Ends()
	if !bounded {
		from, to = 0, 100*instrument.One
	}
	step := q.Step
	if step == 0 {
		step = instrument.One
	}
	if q.Kind == instrument.Number { // such as an age: no feeling
		share = p.rng.Float64()
	}
	steps := int64((to - from) / step)
	return []string{(from + instrument.Decimal(share*float64(steps)+0.5)*step).String()}
}

// several chooses as many options as must be, and perhaps one more.
func (p *person) several(q instrument.Item) []string {
	var free []string
	for _, o := range q.Options {
		if !o.Exclusive {
			free = append(free, o.Value)
		}
	}
	p.rng.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	n := max(1, q.Least) + p.rng.IntN(2)
	if q.Most > 0 {
		n = min(n, q.Most)
	}
	return free[:min(n, len(free))]
}

// remarks are what simulated participants write. Each says that nobody wrote it.
var remarks = []string{"(simulated) It answered at once.", "(simulated) I waited now and then.", "(simulated) Typing felt late.", "(simulated) No remark."}

func (p *person) writes(q instrument.Item) string {
	text := []rune(remarks[p.rng.IntN(len(remarks))])
	return string(text[:min(len(text), max(1, q.Limit))])
}
