package report

import (
	"fmt"
	"math"
	"slices"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/stat"
)

// A dotted is a number of which each person has one in each condition: a score or a time.
type dotted struct {
	id, title string
	axis      string // with the unit
	unit      string
	caption   string
	of        value
	values    func(trials []*Trial, condition string) []stat.Observation // in place of of, where a person's value is not the mean over trials
	scale     scale                                                      // metric: means; ordinal: medians, for what is skewed, as times
	decimals  int
	low, high float64 // ends of the axis
	log       bool
	bands     []figure.Band
}

// observed returns one value of each person in a condition.
func (x dotted) observed(trials []*Trial, condition string) []stat.Observation {
	if x.values != nil {
		return x.values(trials, condition)
	}
	return observed(trials, x.of, condition)
}

// figure draws the number in each condition, with the differences between what is compared. It reports whether anybody has it.
func (x dotted) figure(l Layout, by map[string][]*Trial) (Figure, bool) {
	f := figure.Grouped{ID: "figure-" + x.id, Title: x.title, Axis: x.axis, Low: x.low, High: x.high, Log: x.log, Bands: x.bands}
	centre := "Mean"
	if x.scale == ordinal {
		centre = "Median"
	}
	twin := Table{
		ID: "twin-" + x.id, Title: x.title,
		Columns: slices.Concat(texts("Condition", "Level"), numbers("People", centre+" ("+x.unit+")", centre+" low", centre+" high"), differenceColumns(x.unit)),
	}
	people, series := 0, l.series()
	for _, setting := range l.Settings {
		g := figure.Group{Label: setting.Label}
		var obs []stat.Observation
		for i, c := range setting.Conditions {
			own := x.observed(by[c.Code()], c.Code())
			obs = append(obs, own...)
			people += len(own)
			row := figure.GroupRow{Label: setting.Levels[i], Series: series[setting.Levels[i]], Values: valuesOf(own)}
			mid, limits := x.scale.centre(row.Values)
			cells := []Cell{text(setting.Label), text(setting.Levels[i]), count(len(own)), {Say: none}, {Say: none}, {Say: none}}
			row.Note = fmt.Sprintf("n = %d", len(own))
			if len(own) > 0 {
				row.Centre, row.Limits = &mid, limits
				cells[3] = number(mid, x.decimals)
				row.Note = fmt.Sprintf("%s %s, n = %d", lower(centre), cells[3].Say, len(own))
			}
			if limits != nil {
				cells[4], cells[5] = number(limits.Low, x.decimals), number(limits.High, x.decimals)
			}
			g.Rows, twin.Rows = append(g.Rows, row), append(twin.Rows, cells)
		}
		diffs := setting.differences(x.scale, obs)
		if g.Differences = contrasts(diffs, 1); len(diffs) > 0 {
			f.Difference = "difference within people, " + x.unit
		}
		twin.Rows = alongside(twin.Rows, len(setting.Conditions), diffs, x.decimals, len(twin.Columns))
		f.Groups = append(f.Groups, g)
	}
	return Figure{ID: x.id, Title: x.title, Wide: true, Twin: twin, Draw: f.WriteSVG, Caption: x.caption + " A dot is a person; ◆ is the " + lower(centre) + " with its 95 % interval."}, people > 0
}

// centre is the middle of values with its interval, which is nil where there are too few of them or all are equal.
func (s scale) centre(xs []float64) (float64, *stat.Interval) {
	if len(xs) == 0 {
		return math.NaN(), nil
	}
	if s == ordinal {
		in, err := stat.MedianInterval(xs)
		if err != nil || allEqual(xs) {
			return stat.Median(xs), nil
		}
		return stat.Median(xs), &in
	}
	summary, err := stat.Summarize(xs)
	if err != nil {
		return math.NaN(), nil
	}
	in, err := summary.MeanInterval()
	if err != nil || allEqual(xs) {
		return summary.Mean, nil
	}
	return summary.Mean, &in
}

// lower begins a word with a small letter.
func lower(s string) string { return string(s[0]|0x20) + s[1:] }
