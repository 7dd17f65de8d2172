package lab

import (
	"fmt"
	"io"
	"strings"
	"time"

	"vmstudy/analysis/figure"
	"vmstudy/netem"
	"vmstudy/study"
	"vmstudy/web/view"
)

// networkFigures draws the networks of a session's attempts: what was measured and what was set,
// and what passed while the participant worked. If a figure cannot be drawn, a sentence takes its
// place, and the others are still shown.
func networkFigures(visit study.Session, traffic map[study.AttemptID][]study.LinkSecond) view.Networks {
	var v view.Networks
	probes := figure.Offsets{
		ID: "probes", Title: "Round trips before each trial, measured less expected",
		Axis: "ms; ● median, from the shortest to the 95th percentile; shaded: tolerated",
	}
	for _, t := range visit.Trials {
		for _, a := range t.Attempts {
			name := attemptName(t, a)
			if a.Measured.Count > 0 {
				probes.Rows = append(probes.Rows, probeRow(name, a))
			}
			if seconds := traffic[a.ID]; len(seconds) > 0 {
				v.Traffic = append(v.Traffic, view.NetworkDrawing{
					ID: fmt.Sprintf("passed-%d", a.ID), Name: name, Drawing: drawn(name, tracks(name, a, seconds).WriteSVG),
				})
			}
		}
	}
	if len(probes.Rows) == 0 {
		return v
	}
	v.Probes = drawn(probes.Title, probes.WriteSVG)
	return v
}

func attemptName(t study.Trial, a study.Attempt) string {
	name := fmt.Sprintf("trial %d, %s", t.Position, t.Condition.Network.Name)
	if t.Practice() {
		name = "practice, " + t.Condition.Network.Name
	}
	if a.Number > 1 {
		name += fmt.Sprintf(", attempt %d", a.Number)
	}
	return name
}

func probeRow(name string, a study.Attempt) figure.OffsetRow {
	verdict := netem.Judge(a.Set, a.Measured)
	off := func(d time.Duration) float64 { return milliseconds(d - verdict.Expected) }
	return figure.OffsetRow{
		Label: name, Low: off(a.Measured.Min), Mid: off(a.Measured.Median), High: off(a.Measured.P95),
		Tolerance: milliseconds(verdict.Tolerance), Verdict: verdictWords(verdict), Good: verdict.OK,
	}
}

func verdictWords(v netem.Verdict) string {
	switch {
	case v.OK:
		return "as set"
	case v.Error > 0:
		return fmt.Sprintf("%.1f ms too long", milliseconds(v.Error))
	}
	return fmt.Sprintf("%.1f ms too short", milliseconds(-v.Error))
}

// tracks returns the figure for one attempt's seconds.
func tracks(name string, a study.Attempt, seconds []study.LinkSecond) figure.Tracks {
	began := seconds[0].At
	payload := func(b study.Bitrate) float64 { return b.Mbps() * netem.FullPayload / study.PacketSize }
	down, up := figure.Line{Label: "down", Limit: payload(a.Set.Down)}, figure.Line{Label: "up", Series: 1, Limit: payload(a.Set.Up)}
	waitDown, waitUp := figure.Line{Label: "down"}, figure.Line{Label: "up", Series: 1}
	dropsDown, dropsUp := figure.Line{Label: "down"}, figure.Line{Label: "up", Series: 1}
	dropped, at := int64(0), time.Duration(0) // at is the sum of the spans: the wall clock may have been set meanwhile
	for _, s := range seconds {
		down.Add(at, s.GoodputDown().Mbps())
		up.Add(at, s.GoodputUp().Mbps())
		waitDown.Add(at, milliseconds(s.WaitDown))
		waitUp.Add(at, milliseconds(s.WaitUp))
		dropsDown.Add(at, float64(s.Moved.DropsDown))
		dropsUp.Add(at, float64(s.Moved.DropsUp))
		at += s.Span
		dropped += s.Moved.DropsDown + s.Moved.DropsUp
	}
	t := figure.Tracks{
		ID: fmt.Sprintf("traffic-%d", a.ID), Title: "What passed the network: " + name, Axis: "seconds since the network was made",
		Span: at,
		Panel: []figure.Panel{
			{Axis: "Mbps of payload (dashed: what the set bandwidth carries)", Lines: []figure.Line{down, up}},
			{Axis: "ms in the queue, on average", Lines: []figure.Line{waitDown, waitUp}},
		},
	}
	if dropped > 0 {
		t.Panel = append(t.Panel, figure.Panel{Axis: "packets dropped", Lines: []figure.Line{dropsDown, dropsUp}})
	}
	if !a.StartedAt.IsZero() {
		t.Marks = []figure.Mark{{At: a.StartedAt.Sub(began), Label: "first picture"}}
	}
	return t
}

// drawn returns a figure for a page, or a sentence that says why it cannot be drawn.
func drawn(name string, write func(io.Writer) error) view.Drawing {
	var b strings.Builder
	if err := write(&b); err != nil {
		return view.Drawing{Name: name, Odd: fmt.Sprintf("This cannot be drawn: %v. The download has its rows.", err)}
	}
	return view.Drawing{Name: name, SVG: b.String()}
}
