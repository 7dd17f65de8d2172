package lab

import (
	"fmt"
	"strings"
	"time"

	"vmstudy/study"
)

// streamView says in sentences what streaming a desktop took; "" for desktops that were not
// streamed.
func streamView(a study.Attempt) string {
	d := a.Desktop
	if d.Strategy == "" {
		return ""
	}
	start := "cold"
	if d.Warm {
		start = "warm"
	}
	say := []string{fmt.Sprintf("Streamed by %s, begun %s: %s came for %d that the machine touched (fetch ratio %.2f).",
		d.Strategy, start, study.Count(d.Pages, "page"), d.Accessed, d.FetchRatio())}
	if d.Warm {
		say = append(say, fmt.Sprintf("%s kept from earlier streams, %d of them used: %.1f MB were not sent.",
			were(d.Kept), d.Restored, float64(d.Saved)/1e6))
	}
	say = append(say, fmt.Sprintf("%s not here in time (%.2f %%).", were(d.Missed), 100*d.MissRate()))
	if d.Waited > 0 {
		say = append(say, fmt.Sprintf("The machine waited for %s, %s at most at once.", lasting(d.Waited), lasting(d.Longest)))
	}
	if d.Pauses > 0 {
		say = append(say, fmt.Sprintf("It was held %s for %s, %.1f times a minute.", times(d.Pauses), lasting(d.Paused), a.PausesPerMinute()))
	}
	if b := a.Buffering(); b > 0 {
		say = append(say, fmt.Sprintf("It could not run for %.0f %% of the time from Start to the end.", 100*b))
	}
	return strings.Join(say, " ")
}

// were returns the beginning of a sentence about n pages.
func were(n int64) string {
	if n == 1 {
		return "1 page was"
	}
	return study.Count(n, "page") + " were"
}

// lasting writes a duration such as 120 ms or 2.6 s.
func lasting(d time.Duration) string {
	if d >= time.Second {
		d = d.Round(100 * time.Millisecond)
	}
	return short(d)
}

// times writes how often something happened.
func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
