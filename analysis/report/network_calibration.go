package report

import (
	"fmt"
	"slices"
	"strings"

	"vmstudy/study"
)

// calibrated has, of each network, what the newest calibration that has finished found of the quantities that have a bar.
func calibrated(d Data) (s Section) {
	if d.Blind || len(d.Trials)*len(d.Design.Networks) == 0 {
		return s
	}
	t := Table{
		ID: "network-calibration", Title: "Calibration: what each network did when it was asked for all",
		Columns: slices.Concat(texts("Network", "Quantity", "Set", "Unit"), numbers("Expected", "Measured", "Error", "Bar"), texts("Unit of the error", "Within", "Began")),
	}
	var without, beyond []string
	for _, n := range d.Design.Networks {
		c, found := newestOf(d.Calibrations, n)
		if !found {
			without = append(without, n.Name)
			continue
		}
		for _, f := range c.Findings {
			if f.Network != n.Name || !f.Promised {
				continue
			}
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
	case len(without) == len(d.Design.Networks):
		s.Lead = []string{"No network was calibrated as it is set here."}
	case len(beyond) > 0:
		s.Lead = []string{fmt.Sprintf("Beyond its bar at the calibration: %s.", strings.Join(beyond, "; "))}
	default:
		s.Lead = []string{"At the calibration all was within its bars."}
	}
	if len(without) > 0 && len(without) < len(d.Design.Networks) {
		s.Lead[0] += fmt.Sprintf(" Not calibrated as %s set here: %s.", plural(len(without), "it is", "they are"), strings.Join(without, ", "))
	}
	if len(t.Rows) > 0 {
		s.Tables = []Table{t}
	}
	return s
}

// newestOf returns the newest finished calibration of a network as it is set now.
func newestOf(all []study.Calibration, n study.NamedNetwork) (study.Calibration, bool) {
	for _, c := range slices.Backward(all) {
		if c.State == study.CalibrationFinished && slices.Contains(c.Networks, study.CalibratedNetwork{Name: n.Name, Says: n.Network.String()}) {
			return c, true
		}
	}
	return study.Calibration{}, false
}
