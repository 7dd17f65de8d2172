package web

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

// networkFigures draws what the networks of a session's attempts were: what was measured beside
// what was set, and what passed while the participant worked.
func networkFigures(visit study.Session, traffic map[study.AttemptID][]study.LinkSecond) (view.Networks, error) {
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
				svg, err := svgOf(tracks(name, a, seconds))
				if err != nil {
					return view.Networks{}, err
				}
				v.Traffic = append(v.Traffic, view.NetworkDrawing{ID: fmt.Sprintf("passed-%d", a.ID), Name: name, SVG: svg})
			}
		}
	}
	if len(probes.Rows) == 0 {
		return v, nil
	}
	var err error
	v.Probes, err = svgOf(probes)
	return v, err
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

// tracks draws the seconds of one attempt.
func tracks(name string, a study.Attempt, seconds []study.LinkSecond) figure.Tracks {
	began, last := seconds[0].At, seconds[len(seconds)-1]
	payload := func(b study.Bitrate) float64 { return b.Mbps() * netem.FullPayload / study.PacketSize }
	down, up := figure.Line{Label: "down", Limit: payload(a.Set.Down)}, figure.Line{Label: "up", Series: 1, Limit: payload(a.Set.Up)}
	waitDown, waitUp := figure.Line{Label: "down"}, figure.Line{Label: "up", Series: 1}
	dropsDown, dropsUp := figure.Line{Label: "down"}, figure.Line{Label: "up", Series: 1}
	dropped := int64(0)
	for _, s := range seconds {
		at := s.At.Sub(began)
		down.Add(at, s.GoodputDown().Mbps())
		up.Add(at, s.GoodputUp().Mbps())
		waitDown.Add(at, milliseconds(s.WaitDown))
		waitUp.Add(at, milliseconds(s.WaitUp))
		dropsDown.Add(at, float64(s.Moved.DropsDown))
		dropsUp.Add(at, float64(s.Moved.DropsUp))
		dropped += s.Moved.DropsDown + s.Moved.DropsUp
	}
	t := figure.Tracks{
		ID: fmt.Sprintf("traffic-%d", a.ID), Title: "What passed the network: " + name, Axis: "seconds since the network was made",
		Span: last.At.Add(last.Span).Sub(began),
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

// svgOf returns a figure as text for a page.
func svgOf(f interface{ WriteSVG(w io.Writer) error }) (string, error) {
	var svg strings.Builder
	err := f.WriteSVG(&svg)
	return svg.String(), err
}
