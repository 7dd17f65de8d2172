package analysis

import (
	"fmt"
	"io"
	"slices"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// WriteRatings draws how often each point of a 7-point instrument was chosen under each
// condition. highIsBad says that 7 is the bad end. If this version does not ask the instrument,
// the error is study.ErrNotFound.
func (r Results) WriteRatings(w io.Writer, id string, highIsBad bool) error {
	in, ok := r.asked.find(id)
	if !ok || len(in.Items) == 0 || !slices.Contains(r.Version.Design.Instruments, id) {
		return fmt.Errorf("figure of %q: %w", id, study.ErrNotFound)
	}
	it := in.Items[0]
	f := figure.Ratings{
		ID: id, Title: it.Name().String(), Low: it.Low.String(), High: it.High.String(), HighIsBad: highIsBad,
	}
	for _, c := range r.Conditions {
		row := figure.RatingRow{Label: c.Condition.Code()}
		for _, rating := range c.Ratings {
			for _, v := range rating.Values {
				if p := int(v) - 1; rating.Instrument == id && p >= 0 && p < len(row.Counts) {
					row.Counts[p]++
				}
			}
		}
		f.Rows = append(f.Rows, row)
	}
	return f.WriteSVG(w)
}

// WriteTimes draws the median response time of each participant under each condition.
func (r Results) WriteTimes(w io.Writer) error {
	f := figure.Times{
		ID: "responses", Title: "Response time", Axis: "median response time, one dot a participant",
		Log: true, Bands: stat.Bands(),
	}
	for _, c := range r.Conditions {
		f.Rows = append(f.Rows, figure.TimeRow{
			Label:  c.Condition.Code(),
			Series: max(0, slices.Index(study.AccessMethods(), c.Condition.Method)),
			Values: c.Medians,
		})
	}
	return f.WriteSVG(w)
}
