package lab

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"vmstudy/analysis"
	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/web/view"
)

// missing stands in place of a number that does not exist. A 0 would look like a number.
const missing = "–"

// resultsView converts the results for their page.
func resultsView(found analysis.Results) (view.Results, error) {
	v := view.Results{
		Version: found.Version.Number, Hash: found.Version.Hash,
		Sessions: found.Sessions, Finished: found.Finished, Elsewhere: found.Elsewhere, Gone: found.Gone, Emulated: found.Emulated,
		Group: found.Group, Factors: factorsWords(found.Version.Design),
	}
	for _, o := range found.Odd {
		v.Odd = append(v.Odd, fmt.Sprintf("%s, trial %d: %s.", o.Participant, o.Position, o.What))
	}
	for i, c := range found.Conditions {
		row, err := resultRow(found.Version.Design, c)
		if err != nil {
			return view.Results{}, fmt.Errorf("condition %s: %w", c.Condition.Code(), err)
		}
		v.Rows = append(v.Rows, row)
		v.Trials += c.Trials
		v.Repeated = v.Repeated || c.Repeated()
		for _, r := range c.Ratings {
			if i == 0 { // every condition has the same ratings
				v.Measures = append(v.Measures, measureView(r))
			}
		}
	}
	return v, nil
}

// measureView names a measure by the part of its meaning before the first comma.
func measureView(r analysis.Rating) view.Measure {
	name, _, _ := strings.Cut(r.Measure.Meaning, ",")
	return view.Measure{Name: name, Meaning: r.Measure.Meaning, Unit: r.Measure.Unit}
}

func resultRow(d study.Design, c analysis.Result) (view.ResultRow, error) {
	row := view.ResultRow{
		Method: c.Condition.Access.Level(), Network: c.Condition.Network.Name, Task: d.Reading(c.Condition.Task.Title), Levels: levelWords(c.Condition),
		Trials: c.Trials, Doers: c.People, Time: centre(c.TimeOnTask, "%.1f"), People: len(c.Medians),
		Inputs: c.Responses.N + c.Unanswered, Median: missing, P95: missing, Crisp: missing, Unanswered: missing,
	}
	var err error
	if row.Completed, err = shareView(c.Completed, c.Repeated()); err != nil {
		return view.ResultRow{}, err
	}
	for _, r := range c.Ratings {
		row.Ratings = append(row.Ratings, centre(r.Spread, "%.2f"))
	}
	if row.Inputs > 0 {
		crisp, err := c.Crisp.Share()
		if err != nil {
			return view.ResultRow{}, err
		}
		row.Unanswered, row.Crisp = strconv.Itoa(c.Unanswered), tenths(100*crisp)
	}
	if c.Responses.N == 0 {
		return row, nil
	}
	row.Median, row.P95 = wholeMillis(c.Responses.Median), wholeMillis(c.Responses.P95)
	return row, nil
}

// centre writes the median, the mean and the mean's interval of a sample, in the given format.
func centre(s analysis.Spread, format string) view.Centre {
	c := view.Centre{N: s.N, Median: missing, Mean: missing, Interval: missing}
	if s.N > 0 {
		c.Median, c.Mean = tenths(s.Median), fmt.Sprintf(format, s.Mean)
	}
	if s.Interval != nil {
		c.Interval = intervalView(*s.Interval, format)
	}
	return c
}

func intervalView(in stat.Interval, format string) string {
	return fmt.Sprintf(format+" to "+format, in.Low, in.High)
}

// shareView writes a share of trials in percent, without an interval if trials are not independent of each other.
func shareView(p stat.Proportion, repeated bool) (view.Share, error) {
	if p.N == 0 {
		return view.Share{Count: missing, Percent: missing, Interval: missing}, nil
	}
	share, err := p.Share()
	if err != nil {
		return view.Share{}, err
	}
	v := view.Share{Count: fmt.Sprintf("%d/%d", p.Hits, p.N), Percent: tenths(100 * share), Interval: missing}
	if repeated {
		return v, nil
	}
	in, err := p.Interval()
	if err != nil {
		return view.Share{}, err
	}
	v.Interval = intervalView(stat.Interval{Low: 100 * in.Low, High: 100 * in.High}, "%.1f")
	return v, nil
}

func wholeMillis(d time.Duration) string { return fmt.Sprintf("%.0f", milliseconds(d)) }
