package report

import (
	"fmt"
	"slices"
	"strconv"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// mostPoints is up to how many points a scale has whose answers are shown one by one.
const mostPoints = 11

// A rated is a single item that is asked after trials and answered on a scale of few points: ordinal.
type rated struct {
	Asked
	item instrument.Item
	name string
	good end
}

// rated returns the single items that are asked. The items of longer instruments make measures, see scored.
func (d Data) rated() (all []rated) {
	for _, in := range d.Instruments {
		all = append(all, d.ratedOf(in)...)
	}
	return all
}

// ratedOf returns the item of an instrument that has one only.
func (d Data) ratedOf(in instrument.Instrument) []rated {
	var items []instrument.Item
	for _, q := range in.Questions() {
		if q.Numeric() {
			items = append(items, q)
		}
	}
	if len(items) != 1 || items[0].Kind != instrument.Scale || len(items[0].Points()) > mostPoints {
		return nil
	}
	return []rated{{Asked{in.ID, items[0].ID}, items[0], d.Design.Reading(items[0].Name()), library[in.ID]}}
}

// of returns what somebody answered. A measure may have the name of the item, and another value.
func (r rated) of(t *Trial) (float64, bool) { return r.answer(t) }

// better says which end of the scale is the good one, after a semicolon; nothing if that is not known.
func (r rated) better() string {
	switch r.good {
	case lowEnd:
		return "; lower is better"
	case highEnd:
		return "; higher is better"
	}
	return ""
}

// Ratings shows how people rated each condition, with the differences between what is compared.
func Ratings(d Data) Section {
	s := Section{ID: "ratings", Title: "Ratings"}
	items := d.rated()
	if len(items) == 0 {
		return s
	}
	l, by := Laid(d.Design), d.byCondition()
	for _, r := range items {
		if f, any := r.figure(d, l, by); any {
			s.Figures = append(s.Figures, f)
		}
	}
	for _, r := range items {
		if t, any := r.byCompletion(l, by); any {
			s.Tables = append(s.Tables, t)
		}
	}
	if len(s.Figures) == 0 {
		return s
	}
	s.Lead = []string{fmt.Sprintf("How people rated what they had just used. Conditions that differ in nothing but the %s stand together.", l.Factor)}
	s.Notes = append([]string{
		"Ratings are ordinal: a step from 2 to 3 need not be as large as one from 6 to 7. Bars lie left and right of the middle of the scale; orange is the bad side. Bars count answers; n and the median are of people.",
	}, l.notes(ordinal)...)
	if slices.ContainsFunc(items, func(r rated) bool { return r.good == neither }) {
		s.Notes = append(s.Notes, "Of a question that the study has written itself the program does not know which end is the good one: its bars are violet, darker towards the high end.")
	}
	return s
}

// notes say how differences are made.
func (l Layout) notes(of scale) []string {
	paired := slices.ContainsFunc(l.Settings, func(c Setting) bool { return len(c.Pairs) > 0 })
	if !paired {
		return append([]string{"No condition differs from another in one factor only, so there is nothing to compare within people."}, l.Apart...)
	}
	notes := []string{"A difference is within people: who has no value in one of the two conditions is left out, and the table says who. Where somebody has several trials in a condition, the mean of their values counts once. It is " + of.method() + ", 95 %. No interval is corrected for looking at several."}
	if l.First {
		notes = append(notes, fmt.Sprintf("There are more than %d levels of the %s, so each is compared with the first only.", allPairs, l.Factor))
	}
	return append(notes, l.Apart...)
}

func (r rated) figure(d Data, l Layout, by map[string][]*Trial) (Figure, bool) {
	f := figure.Grouped{ID: "figure-" + address(r.Instrument), Title: r.name, Scale: &figure.PointScale{Low: d.Design.Reading(r.item.Low), High: d.Design.Reading(r.item.High), HighIsBad: r.good == lowEnd, Neutral: r.good == neither}}
	points := r.item.Points()
	for _, p := range points {
		f.Scale.Points = append(f.Scale.Points, p.Value)
	}
	twin := Table{
		ID: "twin-" + address(r.Instrument), Title: r.name + ": answers",
		Columns: slices.Concat(texts("Condition", "Level"), numbers("People", "Answers", "Median"), numbers(f.Scale.Points...), differenceColumns("points")),
	}
	answers := 0
	for _, setting := range l.Settings {
		g := figure.Group{Label: setting.Label}
		var obs []stat.Observation
		for i, c := range setting.Conditions {
			own := observed(by[c.Code()], r.of, c.Code())
			obs = append(obs, own...)
			row := figure.GroupRow{Label: setting.Levels[i], Counts: r.counts(by[c.Code()], points)}
			median := medianOf(valuesOf(own))
			answers += len(own)
			row.Note = fmt.Sprintf("median %s, n = %d", median.Say, len(own))
			g.Rows = append(g.Rows, row)
			line := []Cell{text(setting.Label), text(setting.Levels[i]), count(len(own)), count(total(row.Counts)), median}
			for _, n := range row.Counts {
				line = append(line, count(n))
			}
			twin.Rows = append(twin.Rows, line)
		}
		diffs := setting.differences(ordinal, obs)
		g.Differences = contrasts(diffs, 1)
		if len(diffs) > 0 {
			f.Difference = "difference within people, points"
		}
		twin.Rows = alongside(twin.Rows, len(setting.Conditions), diffs, 2, len(twin.Columns))
		f.Groups = append(f.Groups, g)
	}
	return Figure{
		ID: address(r.Instrument), Title: r.name, Wide: true, Twin: twin, Draw: f.WriteSVG,
		Caption: "How often each point was chosen, and the difference within people with its 95 % interval" + r.better() + ".",
	}, answers > 0
}

// counts says how often each point was chosen, over all trials.
func (r rated) counts(trials []*Trial, points []instrument.Option) []int {
	counts := make([]int, len(points))
	for _, t := range trials {
		x, has := r.of(t)
		if i := slices.IndexFunc(points, func(p instrument.Option) bool { v, err := strconv.ParseFloat(p.Value, 64); return err == nil && v == x }); has && i >= 0 {
			counts[i]++
		}
	}
	return counts
}

func total(counts []int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func medianOf(xs []float64) Cell {
	if len(xs) == 0 {
		return Cell{Say: none}
	}
	return number(stat.Median(xs), 1)
}

// differences compares the pairs of a setting.
func (c Setting) differences(s scale, obs []stat.Observation) (all []Difference) {
	for _, p := range c.Pairs {
		d := s.difference(obs, c.Conditions[p.A].Code(), c.Conditions[p.B].Code())
		d.A, d.B = c.Levels[p.A], c.Levels[p.B]
		all = append(all, d)
	}
	return all
}

// contrasts are differences as a figure draws them, each multiplied by a factor.
func contrasts(all []Difference, by float64) (out []figure.Contrast) {
	for _, d := range all {
		c := figure.Contrast{Label: d.A + " − " + d.B, Known: d.Known, Centre: by * d.Estimate, Note: fmt.Sprintf("n = %d", d.Used.N)}
		if d.Interval != nil {
			c.Limits = &stat.Interval{Low: by * d.Interval.Low, High: by * d.Interval.High}
		} else {
			c.Note += ", " + d.Why
		}
		out = append(out, c)
	}
	return out
}

// differenceColumns are the columns that a table of levels has of the differences between them.
func differenceColumns(unit string) []Column {
	return slices.Concat(texts("Compared"), numbers("n", "Difference ("+unit+")", "Low", "High"), texts("Left out"))
}

// alongside puts differences beside the last rows of a table, and fills what is empty. If there are more differences than rows, as of the
// pairs of four levels, rows of their own follow.
func alongside(rows [][]Cell, last int, diffs []Difference, decimals, width int) [][]Cell {
	from := len(rows) - last
	for i, d := range diffs {
		at := from + i
		if i >= last {
			rows = append(rows, []Cell{rows[from][0]})
			at = len(rows) - 1
		}
		for len(rows[at]) < width-6 {
			rows[at] = append(rows[at], Cell{})
		}
		rows[at] = append(rows[at], d.cells(decimals)...)
	}
	for at := from; at < len(rows); at++ {
		for len(rows[at]) < width {
			rows[at] = append(rows[at], Cell{})
		}
	}
	return rows
}

func (d Difference) cells(decimals int) []Cell {
	cells := []Cell{text(d.A + " − " + d.B), count(d.Used.N), {Say: none}, {Say: none}, {Say: none}, text(dropped(d.Used))}
	if d.Known {
		cells[2] = number(d.Estimate, decimals)
	}
	if d.Interval != nil {
		cells[3], cells[4] = number(d.Interval.Low, decimals), number(d.Interval.High, decimals)
	} else {
		cells[5] = text(joined(cells[5].Say, d.Why))
	}
	return cells
}

// joined puts two reasons into one cell; either may be empty.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// byCompletion splits the ratings by whether the task was completed, for each level that is compared. There is none if all, or nobody, completed.
func (r rated) byCompletion(l Layout, by map[string][]*Trial) (Table, bool) {
	t := Table{
		ID: "completion-" + address(r.Instrument), Title: r.name + ", by whether the task was completed",
		Columns: slices.Concat(texts("Level", "Task"), numbers("People", "Trials", "Median", "Mean of people")),
	}
	sides := map[bool]int{}
	var levels []string
	trials := map[string][]*Trial{}
	for _, setting := range l.Settings {
		for i, c := range setting.Conditions {
			if !slices.Contains(levels, setting.Levels[i]) {
				levels = append(levels, setting.Levels[i])
			}
			trials[setting.Levels[i]] = append(trials[setting.Levels[i]], by[c.Code()]...)
		}
	}
	for _, level := range levels {
		for _, done := range []bool{true, false} {
			some := slices.DeleteFunc(slices.Clone(trials[level]), func(t *Trial) bool {
				_, has := r.of(t)
				return !has || (t.Attempt.Outcome == study.Completed) != done
			})
			sides[done] += len(some)
			own := valuesOf(observed(some, r.of, level))
			mean := Cell{Say: none}
			if len(own) > 0 {
				mean = number(stat.Mean(own), 2)
			}
			word := "not completed"
			if done {
				word = "completed"
			}
			t.Rows = append(t.Rows, []Cell{text(level), text(word), count(len(own)), count(len(some)), medianOf(own), mean})
		}
	}
	return t, sides[true] > 0 && sides[false] > 0
}
