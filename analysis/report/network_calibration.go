package report

import (
	"fmt"
	"slices"
	"strings"

	"vmstudy/study"
)

// calibrated has, of each network, what the newest calibration that has finished found of the quantities that have a bar.
func calibrated(d Data) (s Section) {
	if d.Blind || len(d.Trials)*len(d.Design.Passed()) == 0 {
		return s
	}
	t := Table{
		ID: "network-calibration", Title: "Calibration: what each network did when it was asked for all",
		Columns: slices.Concat(texts("Network", "Quantity", "Set", "Unit"), numbers("Expected", "Measured", "Error", "Bar"), texts("Unit of the error", "Within", "Began")),
	}
	var without, beyond []string
	passed := d.Design.Passed()
	for _, n := range passed {
		c, as, found := newestOf(d.Calibrations, n)
		promised := slices.DeleteFunc(slices.Clone(c.Findings), func(f study.Finding) bool { return f.Network != as || !f.Promised })
		if !found || len(promised) == 0 {
			without = append(without, n.Name)
			continue
		}
		for _, f := range promised {
			within := "yes"
			if !f.OK {
				within = "no"
				beyond = append(beyond, n.Name+", "+f.What)
			}
			expected := Cell{Say: none}
			if f.Known {
				expected = number(f.Expected, 2)
			}
			what := f.What
			if f.During != "" {
				what += ", " + f.During
			}
			t.Rows = append(t.Rows, []Cell{
				text(n.Name), text(what), text(f.Set), text(f.Unit), expected, number(f.Measured, 2), number(f.Error, 2), number(f.Bar, 2), text(f.ErrorUnit), text(within), text(c.StartedAt.UTC().Format("2006-01-02 15:04 UTC")),
			})
		}
	}
	switch {
	case len(without) == len(passed):
		s.Lead = []string{"No network was calibrated as it is set here."}
	case len(beyond) > 0:
		s.Lead = []string{fmt.Sprintf("Beyond its bar at the calibration: %s.", strings.Join(beyond, "; "))}
	default:
		s.Lead = []string{"At the calibration all was within its bars."}
	}
	if len(without) > 0 && len(without) < len(passed) {
		s.Lead[0] += fmt.Sprintf(" Not calibrated as %s set here: %s.", plural(len(without), "it is", "they are"), strings.Join(without, ", "))
	}
	if len(t.Rows) > 0 {
		s.Tables = []Table{t}
	}
	return s
}

// newestOf returns the newest finished calibration of a network as it is set now, and the name that the network had then: equal networks are
// calibrated once, and a name may have changed since.
func newestOf(all []study.Calibration, n study.NamedNetwork) (c study.Calibration, as string, found bool) {
	for _, c := range slices.Backward(all) {
		if c.State != study.CalibrationFinished {
			continue
		}
		for _, m := range c.Networks {
			if m.Says == n.Network.String() {
				return c, m.Name, true
			}
		}
	}
	return study.Calibration{}, "", false
}
