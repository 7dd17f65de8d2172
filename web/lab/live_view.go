package lab

import (
	"fmt"
	"strconv"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/web/view"
)

// networkView returns the network of an attempt as it was set and as it was measured.
func networkView(a study.Attempt) view.LiveNetwork {
	v := view.LiveNetwork{Set: a.Set.String()}
	if a.Measured.Count > 0 {
		v.Measured = fmt.Sprintf("%.1f ms (p95 %.1f)", milliseconds(a.Measured.Median), milliseconds(a.Measured.P95))
	}
	return v
}

// responsesView returns the response times of the last minute, each with its band.
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

// bandName returns the name of the band in stat.Bands that d belongs to.
func bandName(d time.Duration) string {
	bands := stat.Bands()
	for _, b := range bands {
		if d < b.To {
			return b.Name
		}
	}
	return bands[len(bands)-1].Name
}

// leftOf returns the time that is left, such as 2:05, or "" if there is no deadline.
func leftOf(deadline, now time.Time) string {
	if deadline.IsZero() {
		return ""
	}
	left := max(0, deadline.Sub(now)).Truncate(time.Second)
	return fmt.Sprintf("%d:%02d", int(left.Minutes()), int(left.Seconds())%60)
}

// ago says roughly how long ago t was, or "" if t is zero.
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

// milliseconds returns d as a number of milliseconds.
func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
