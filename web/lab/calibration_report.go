package lab

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vmstudy/analysis/figure"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

func calibrationPath(c study.Calibration) string {
	return fmt.Sprintf("%s/calibrations/%d", studyPath(c.Study), c.ID)
}

// calibrationIn loads the calibration in the path, and its study.
func (s *Server) calibrationIn(r *http.Request) (study.Study, study.Calibration, error) {
	st, err := s.study(r)
	if err != nil {
		return study.Study{}, study.Calibration{}, err
	}
	id, err := page.ID[study.CalibrationID](r, "calibration")
	if err != nil {
		return study.Study{}, study.Calibration{}, err
	}
	c, err := s.Store.Calibration(r.Context(), id)
	if err == nil && c.Study != st.ID {
		err = fmt.Errorf("calibration %d of study %d: %w", id, st.ID, study.ErrNotFound)
	}
	return st, c, err
}

// ShowCalibration shows the report of a calibration.
func (s *Server) ShowCalibration(w http.ResponseWriter, r *http.Request) error {
	st, c, err := s.calibrationIn(r)
	if err != nil {
		return err
	}
	v := view.CalibrationReport{Study: studyView(st), ID: int64(c.ID), Facts: s.calibrationFacts(c), Networks: findingsView(c)}
	v.Verdict, v.Kind = verdictOf(c)
	if c.Machine.Busy() {
		v.Doubt = fmt.Sprintf("Other programs used %.1f of this machine's %d cores meanwhile. What is beyond its bar may be their doing: calibrate again when the machine is idle.",
			c.Machine.Others, c.Machine.Cores)
	}
	v.Figures = calibrationFigures(c)
	for _, u := range c.Unmeasured {
		v.Missing = append(v.Missing, view.Missing{Network: under(u.Network, u.During), What: u.What, Why: u.Why})
	}
	p := s.LabPage(r, "Calibration of "+st.Draft.Name())
	p.Styles = []string{"results.css", "report.css"}
	return s.Render(w, r, http.StatusOK, view.CalibrationPage(p, v))
}

// verdictOf says in a sentence what a calibration found. kind is a CSS class.
func verdictOf(c study.Calibration) (say, kind string) {
	within, beyond := c.Within()
	switch {
	case c.State == study.CalibrationRuns:
		return "It is still running.", ""
	case c.State != study.CalibrationFinished:
		return "It did not finish. " + c.Cause, ""
	case within == len(c.Networks) && within == 1:
		return "The network is within its bars.", "good"
	case within == len(c.Networks):
		return fmt.Sprintf("All %d networks are within their bars.", within), "good"
	}
	say = fmt.Sprintf("Within their bars: %d of %s.", within, study.Count(len(c.Networks), "network"))
	if len(beyond) > 0 {
		say += " Beyond: " + strings.Join(beyond, ", ") + "."
	}
	if left := len(c.Networks) - within - len(beyond); left > 0 {
		say += fmt.Sprintf(" %d could not be measured.", left)
	}
	return say, "bad"
}

func (s *Server) calibrationFacts(c study.Calibration) []view.Fact {
	facts := []view.Fact{
		{Name: "Of", Value: c.Of},
		{Name: "Begun", Value: s.Moment(c.StartedAt) + " by " + c.By},
	}
	if !c.EndedAt.IsZero() {
		facts = append(facts, view.Fact{Name: "Took", Value: page.InWords(c.EndedAt.Sub(c.StartedAt).Round(time.Second))})
	}
	m := c.Machine
	return append(facts,
		view.Fact{Name: "Links", Value: fmt.Sprintf("%s, made by vmstudy %s", c.Way, c.Program)},
		view.Fact{Name: "Machine", Value: fmt.Sprintf("%s, %s, %d MiB, Linux %s, %s", m.CPU, study.Count(m.Cores, "core"), m.Memory>>20, m.Kernel, m.Go)},
		view.Fact{Name: "Others", Value: fmt.Sprintf("used %.2f cores meanwhile; load before %.2f", m.Others, m.Load)})
}

// under returns the heading for a network, or for a phase of it.
func under(network, during string) string {
	if during == "" {
		return network
	}
	return network + ", " + during
}

// findingsView groups the findings by network and phase, in the order in which they were measured.
func findingsView(c study.Calibration) (all []view.CalibratedNetwork) {
	said := map[string]string{}
	for _, n := range c.Networks {
		said[n.Name] = n.Says
	}
	for _, f := range c.Findings {
		name := under(f.Network, f.During)
		if len(all) == 0 || all[len(all)-1].Name != name {
			n := view.CalibratedNetwork{Name: name}
			if f.During == "" {
				n.Says = said[f.Network]
			}
			all = append(all, n)
		}
		last := &all[len(all)-1]
		last.Rows = append(last.Rows, findingRow(f, c.Way))
	}
	return all
}

func findingRow(f study.Finding, way study.LinkWay) view.FindingRow {
	row := view.FindingRow{What: f.What, Set: f.Set, How: f.How, Measured: measure(f.Measured, f.Unit), Verdict: "for the record"}
	if f.Way != way {
		row.What += " (" + string(f.Way) + ")"
	}
	if f.Known {
		row.Expected = measure(f.Expected, f.Unit)
	}
	switch {
	case !f.Promised:
		return row
	case f.OK:
		row.Verdict, row.Kind = "within", "good"
	default:
		row.Verdict, row.Kind = "beyond", "bad"
	}
	row.Error, row.Bar = signed(f.Error, f.ErrorUnit), "± "+strconv.FormatFloat(f.Bar, 'g', 2, 64)+" "+f.ErrorUnit
	return row
}

// measure writes a quantity with its unit, with four significant digits; whole numbers have all
// their digits.
func measure(x float64, unit string) string {
	digits := strconv.FormatFloat(x, 'g', 4, 64)
	if math.Abs(x) >= 1000 || x == math.Trunc(x) {
		digits = strconv.FormatFloat(x, 'f', 0, 64)
	} else if math.Abs(x) < 0.001 {
		digits = strconv.FormatFloat(x, 'f', 4, 64)
	}
	return strings.TrimSpace(digits + " " + unit)
}

// signed writes a deviation with its sign and two digits. Its minus sign is as wide as its plus
// sign.
func signed(x float64, unit string) string {
	digits := fmt.Sprintf("%+.2f", x)
	switch {
	case strings.Trim(digits, "+-0.") == "":
		digits = "0"
	case x == math.Trunc(x):
		digits = fmt.Sprintf("%+.0f", x)
	}
	return strings.Replace(digits, "-", "−", 1) + " " + unit
}

// calibrationFigures draws how far measured round trips and rates are from what was set.
func calibrationFigures(c study.Calibration) (all []view.Drawing) {
	trips := figure.Offsets{
		ID: "trips", Title: "Round trips, measured less expected",
		Axis: "ms; ● median, from the shortest to the 95th percentile; shaded: within the bar",
	}
	rates := figure.Offsets{ID: "rates", Title: "Rates, measured less expected", Axis: "% of what is expected; shaded: within the bar"}
	for _, f := range c.Findings {
		phase, _, _ := strings.Cut(f.During, " for ") // the phase without its length
		label := under(f.Network, phase)
		switch {
		case !f.Known || !f.Promised:
		case f.Name == "rtt":
			trips.Rows = append(trips.Rows, figure.OffsetRow{
				Label: label, Low: f.Low - f.Expected, Mid: f.Measured - f.Expected, High: f.High - f.Expected,
				Tolerance: f.Bar, Verdict: withinWords(f), Good: f.OK,
			})
		case f.ErrorUnit == "%":
			rates.Rows = append(rates.Rows, figure.OffsetRow{
				Label: label + ", " + f.What, Low: f.Error, Mid: f.Error, High: f.Error,
				Tolerance: f.Bar, Verdict: withinWords(f), Good: f.OK,
			})
		}
	}
	for _, o := range []figure.Offsets{trips, rates} {
		if len(o.Rows) == 0 {
			continue
		}
		all = append(all, drawn(o.Title, o.WriteSVG))
	}
	return all
}

func withinWords(f study.Finding) string {
	if f.OK {
		return "within"
	}
	return signed(f.Error, f.ErrorUnit)
}
