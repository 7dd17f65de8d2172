package web

import (
	"fmt"
	"strconv"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/web/view"
)

// networkView is what was set beside what was measured.
func networkView(a study.Attempt) view.LiveNetwork {
	v := view.LiveNetwork{Set: a.Set.String()}
	if a.Measured.Count > 0 {
		v.Measured = fmt.Sprintf("%.1f ms (p95 %.1f)", milliseconds(a.Measured.Median), milliseconds(a.Measured.P95))
	}
	return v
}

// responsesView is the last minute's response times, each with its band.
func responsesView(r stat.ResponseTimes) view.LiveResponses {
	if r.N == 0 {
		return view.LiveResponses{}
	}
	return view.LiveResponses{
		Count: strconv.Itoa(r.N), Median: inMillis(r.Median), MedianBand: bandName(r.Median),
		P95: inMillis(r.P95), P95Band: bandName(r.P95),
	}
}

func inMillis(d time.Duration) string { return fmt.Sprintf("%.0f ms", milliseconds(d)) }

// bandName returns the name of the band of stat.Bands that d falls into.
func bandName(d time.Duration) string {
	bands := stat.Bands()
	for _, b := range bands {
		if d < b.To {
			return b.Name
		}
	}
	return bands[len(bands)-1].Name
}

// leftOf returns how much time is left, as 2:05; empty if no time runs.
func leftOf(deadline, now time.Time) string {
	if deadline.IsZero() {
		return ""
	}
	left := max(0, deadline.Sub(now)).Truncate(time.Second)
	return fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60)
}

// ago returns how long ago t was, roughly; empty if it never was.
func ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case t.IsZero():
		return ""
	case d < 2*time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	default:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	}
}
