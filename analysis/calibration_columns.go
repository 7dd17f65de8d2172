package analysis

import (
	"context"
	"iter"

	"vmstudy/study"
)

// calibrationRow is one finding of a calibration.
type calibrationRow struct {
	study.Calibration
	study.Finding
}

var calibrationColumns = []Column[calibrationRow]{
	{"calibration_id", "", "Number of the calibration.", func(r calibrationRow) Value { return id(r.ID) }},
	{"calibration_of", "", "The measured design, as in version 2.", func(r calibrationRow) Value { return Text(r.Of) }},
	{"calibration_state", "", "finished; or stopped, failed, interrupted: then some quantities were not measured.", func(r calibrationRow) Value { return Text(string(r.State)) }},
	{"calibrated_at", "UTC", "When it began.", func(r calibrationRow) Value { return Moment(r.StartedAt) }},
	{"network", "", "Name of the network condition.", func(r calibrationRow) Value { return Text(r.Network) }},
	{"phase", "", "The phase of its schedule, in words; empty outside of phases.", func(r calibrationRow) Value { return Text(r.During) }},
	{"link_way", "", "How the measured link was made, as in trials.csv.", func(r calibrationRow) Value { return Text(string(r.Finding.Way)) }},
	{"quantity", "", "What was measured, as in rtt or goodput_down.", func(r calibrationRow) Value { return Text(r.Name) }},
	{"set_as", "", "What the study sets, in words.", func(r calibrationRow) Value { return Text(r.Set) }},
	{"unit", "", "The unit of the four figures after it.", func(r calibrationRow) Value { return Text(r.Unit) }},
	{"expected", "", "What a network has that does exactly what was set; NA if that is not known.", func(r calibrationRow) Value {
		if !r.Known {
			return Unknown
		}
		return Number(r.Expected)
	}},
	{"measured", "", "What was measured.", func(r calibrationRow) Value { return Number(r.Measured) }},
	{"measured_low", "", "The smallest of the values that it summarises.", func(r calibrationRow) Value { return Number(r.Low) }},
	{"measured_high", "", "The largest of them.", func(r calibrationRow) Value { return Number(r.High) }},
	{"error", "", "How far off it is, with its sign; empty for a quantity that was only put on record.", func(r calibrationRow) Value { return promised(r, r.Error) }},
	{"bar", "", "The largest absolute error that this program promises.", func(r calibrationRow) Value { return promised(r, r.Bar) }},
	{"error_unit", "", "The unit of these two.", func(r calibrationRow) Value { return Text(r.ErrorUnit) }},
	{"is_within", "", "TRUE if the error is within the bar.", func(r calibrationRow) Value {
		if !r.Promised {
			return Value{}
		}
		return Flag(r.OK)
	}},
}

func promised(r calibrationRow, n float64) Value {
	if !r.Promised {
		return Value{}
	}
	return Number(n)
}

// calibrationRows yields the findings of all calibrations that have ended.
func calibrationRows(ctx context.Context, src Source, f Filter) iter.Seq2[calibrationRow, error] {
	return func(yield func(calibrationRow, error) bool) {
		all, err := src.Calibrations(ctx, f)
		if err != nil {
			yield(calibrationRow{}, err)
			return
		}
		for _, c := range all {
			if !c.State.Ended() {
				continue
			}
			for _, finding := range c.Findings {
				if !yield(calibrationRow{c, finding}, nil) {
					return
				}
			}
		}
	}
}
