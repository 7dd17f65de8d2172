package report

import (
	"fmt"
	"slices"
	"time"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/stat"
	"vmstudy/netem"
)

// Network shows whether the network of each trial was what it was set to be: a dot a trial, over what is tolerated; and what calibrations found before.
func Network(d Data) Section {
	s := Section{ID: "network", Title: "Was the network what it was set to be?"}
	for _, part := range []Section{roundTrips(d), rates(d), calibrated(d)} {
		s.Lead, s.Figures = append(s.Lead, part.Lead...), append(s.Figures, part.Figures...)
		s.Tables, s.Notes = append(s.Tables, part.Tables...), append(s.Notes, part.Notes...)
	}
	return s
}

// roundTrips holds the round trip that a probe measured before each trial to what was set.
func roundTrips(d Data) (s Section) {
	f := figure.Grouped{ID: "figure-round-trips", Title: "Round trip before each trial, measured less expected", Axis: "ms; shaded: the least that is tolerated in any network"}
	twin := Table{
		ID: "twin-round-trips", Title: f.Title,
		Columns: slices.Concat(texts("Network"), numbers("Trials", "Not measured", "Set (ms)", "Median offset (ms)", "Least", "Greatest", "Tolerated (ms)", "Outside")),
	}
	outliers := Table{ID: "network-outliers", Title: "Trials outside of what is tolerated", Columns: slices.Concat(texts("Participant"), numbers("Trial"), texts("Condition"), numbers("Measured (ms)", "Expected (ms)", "Tolerated (ms)"))}
	least := time.Duration(0)
	measured, missing := 0, 0
	g := figure.Group{Label: "a dot is a trial"}
	for _, n := range d.Design.Networks {
		row, line := figure.GroupRow{Label: n.Name}, []Cell{text(n.Name)}
		var offsets []float64
		trials, unmeasured, outside := 0, 0, 0
		tolerated := time.Duration(0)
		for _, t := range d.Trials {
			if t.Condition.Network.Name != n.Name || !t.Condition.Method.Networked() {
				continue
			}
			trials++
			if t.Attempt.Measured.Count == 0 {
				unmeasured++
				continue
			}
			v := netem.Judge(t.Attempt.Set, t.Attempt.Measured)
			tolerated = max(tolerated, v.Tolerance)
			if least == 0 || v.Tolerance < least {
				least = v.Tolerance
			}
			offsets = append(offsets, milliseconds(v.Error))
			if !v.OK {
				outside++
				outliers.Rows = append(outliers.Rows, []Cell{
					text(t.Participant), count(t.Position), text(t.Condition.Code()), number(milliseconds(t.Attempt.Measured.Median), 2), number(milliseconds(v.Expected), 2), number(milliseconds(v.Tolerance), 2),
				})
			}
		}
		measured, missing = measured+len(offsets), missing+unmeasured
		if len(offsets) == 0 {
			row.Note = fmt.Sprintf("%d not measured", unmeasured)
			g.Rows = append(g.Rows, row)
			twin.Rows = append(twin.Rows, append(line, count(trials), count(unmeasured), number(milliseconds(n.Network.RTT), 1), Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}))
			continue
		}
		row.Values = offsets
		mid := stat.Median(offsets)
		row.Centre = &mid
		row.Note = fmt.Sprintf("%d outside, n = %d", outside, len(offsets))
		g.Rows = append(g.Rows, row)
		twin.Rows = append(twin.Rows, append(line, count(trials), count(unmeasured), number(milliseconds(n.Network.RTT), 1), number(mid, 2), number(slices.Min(offsets), 2), number(slices.Max(offsets), 2), number(milliseconds(tolerated), 2), count(outside)))
	}
	switch {
	case measured+missing == 0:
		return s
	case measured == 0:
		s.Lead = []string{fmt.Sprintf("None of the %d %s with a network was measured.", missing, plural(missing, "trial", "trials"))}
		return s
	}
	f.Groups, f.Tolerance = []figure.Group{g}, milliseconds(least)
	s.Figures = []Figure{{ID: "round-trips", Title: f.Title, Wide: true, Twin: twin, Draw: f.WriteSVG, Caption: "A probe measures the round trip of each link before its trial. ◆ is the median of the trials."}}
	s.Lead = []string{networkLead(measured, missing, outliers)}
	if len(outliers.Rows) > 0 {
		s.Tables = []Table{outliers}
	}
	s.Notes = []string{"What is expected is the round trip as set, and what a packet takes at the bandwidth as set. What is tolerated grows with both and with jitter; each trial is judged by its own. What passed in each second is in network.csv."}
	return s
}

// networkLead says of how many trials the round trip was as set, and of how many nobody knows.
func networkLead(measured, missing int, outliers Table) string {
	outside, rest := len(outliers.Rows), "."
	if missing > 0 {
		rest = fmt.Sprintf("; %d %s not measured.", missing, plural(missing, "was", "were"))
	}
	if outside == 0 {
		return fmt.Sprintf("In all %d measured %s the round trip was within what is tolerated%s", measured, plural(measured, "trial", "trials"), rest)
	}
	return fmt.Sprintf("Of %d measured %s %d had another round trip than was set: %s%s", measured, plural(measured, "trial", "trials"), outside, named(outliers), rest)
}
