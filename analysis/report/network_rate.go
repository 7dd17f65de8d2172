package report

import (
	"fmt"
	"slices"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/stat"
	"vmstudy/netem"
)

// rates shows how much of its rate each link was used for at most. More than what was set is a fault; less is not: nobody asked for more.
func rates(d Data) (s Section) {
	const title = "Share of the rate in the busiest second of each trial"
	f := figure.Grouped{ID: "figure-rates", Title: title, Axis: "payload towards the participant, % of the rate as set; shaded: more than headers leave of it", Low: 0, High: 100}
	twin := Table{
		ID: "twin-rates", Title: title,
		Columns: slices.Concat(texts("Network"), numbers("Trials", "Not measured", "Set (Mbps)", "Median share (%)", "Least (%)", "Greatest (%)", "A full link (%)", "Tolerated up to (%)", "Beyond")),
	}
	beyond := Table{
		ID: "rate-outliers", Title: "Trials in which more passed than was set",
		Columns: slices.Concat(texts("Participant"), numbers("Trial"), texts("Condition"), numbers("Measured (Mbps)", "Set (Mbps)", "Share (%)", "Tolerated up to (%)")),
	}
	g := figure.Group{Label: "a dot is a trial"}
	measured, least := 0, 0.0
	for _, n := range d.Design.Networks {
		set, limited := netem.JudgeRate(n.Network, 0)
		if !limited {
			continue
		}
		most := 100 * (set.Full + set.Tolerance)
		var shares []float64
		trials, unmeasured, more := 0, 0, 0
		for _, t := range d.Trials {
			if t.Condition.Network.Name != n.Name || !t.Condition.Method.Networked() {
				continue
			}
			trials++
			v, known := netem.JudgeRate(t.Attempt.Set, t.Goodput)
			if !known || t.Goodput == 0 {
				unmeasured++
				continue
			}
			shares = append(shares, 100*v.Share)
			if !v.OK {
				more++
				beyond.Rows = append(beyond.Rows, []Cell{
					text(t.Participant), count(t.Position), text(t.Condition.Code()), number(t.Goodput.Mbps(), 2), number(t.Attempt.Set.Down.Mbps(), 2), number(100*v.Share, 1), number(100*(v.Full+v.Tolerance), 1),
				})
			}
		}
		row, line := figure.GroupRow{Label: n.Name, Values: shares}, []Cell{text(n.Name), count(trials), count(unmeasured), number(n.Network.Down.Mbps(), 2)}
		if len(shares) == 0 {
			row.Note = fmt.Sprintf("%d not measured", unmeasured)
			line = append(line, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, number(100*set.Full, 1), number(most, 1), Cell{Say: none})
		} else {
			mid := stat.Median(shares)
			row.Centre, row.Note = &mid, fmt.Sprintf("%d beyond, n = %d", more, len(shares))
			line = append(line, number(mid, 1), number(slices.Min(shares), 1), number(slices.Max(shares), 1), number(100*set.Full, 1), number(most, 1), count(more))
			measured += len(shares)
			if least == 0 || most < least {
				least = most
			}
		}
		g.Rows, twin.Rows = append(g.Rows, row), append(twin.Rows, line)
	}
	if measured == 0 {
		return s
	}
	f.Groups, f.Bands = []figure.Group{g}, []figure.Band{{Name: "too much", From: least}}
	f.High = max(f.High, least+10)
	s.Figures = []Figure{{
		ID: "rates", Title: title, Wide: true, Twin: twin, Draw: f.WriteSVG,
		Caption: "A low share is no fault: nobody asked for more. What a link lets pass when somebody asks for all of it is in the calibration. ◆ is the median of the trials.",
	}}
	s.Lead = []string{rateLead(measured, beyond)}
	if len(beyond.Rows) > 0 {
		s.Tables = []Table{beyond}
	}
	s.Notes = []string{"The share of the rate is the payload that reached the participant in the busiest second, over the bandwidth as set; headers take 3.5 % of it or more. What is tolerated above a full link is a tenth of the rate, for a second is counted roughly, one packet more, and what jitter moves from one second into the next. Networks without a limit, with a trace or with phases have no one rate, and are left out there."}
	return s
}

// rateLead says in how many trials more passed than was set, and in which.
func rateLead(measured int, beyond Table) string {
	if len(beyond.Rows) == 0 {
		return fmt.Sprintf("In none of %d %s more passed in a second than the rate lets pass.", measured, plural(measured, "trial", "trials"))
	}
	return fmt.Sprintf("In %d of %d %s more passed in a second than the rate lets pass: %s.", len(beyond.Rows), measured, plural(measured, "trial", "trials"), named(beyond))
}

// named names the first trials of a table of outliers.
func named(outliers Table) string {
	say := ""
	for i, row := range outliers.Rows[:min(3, len(outliers.Rows))] {
		if i > 0 {
			say += "; "
		}
		say += row[0].Say + ", trial " + row[1].Say
	}
	if len(outliers.Rows) > 3 {
		say += ", and more in the table"
	}
	return say
}
