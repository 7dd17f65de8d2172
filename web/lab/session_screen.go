package lab

import (
	"fmt"

	"vmstudy/study"
)

// screenView says in sentences how the screen of a far machine was sent, and what it took; "" for other access methods, and for
// attempts from before it was counted.
func screenView(c study.Access, a study.Attempt) string {
	d := a.Desktop
	if c.Method != study.VNC || d.Updates == 0 {
		return ""
	}
	flow := map[study.Flow]string{study.OnRequest: "on request", study.Continuous: "continuously"}[c.Flow]
	encoding := "without loss"
	if c.Encoding == study.JPEG {
		encoding = fmt.Sprintf("pictures as JPEG of quality %d", c.Quality)
	}
	say := fmt.Sprintf("Its screen was sent %s, %s: %s, %s MB", flow, encoding, study.Count(d.Updates, "update"), megabytes(d.UpdateBytes))
	if task := a.TimeOnTask(); task > 0 {
		say += fmt.Sprintf(", %.1f a second", float64(d.Updates)/task.Seconds())
	}
	if d.Refreshes > 0 {
		say += fmt.Sprintf("; %s made it exact while it was still, %s MB", study.Count(d.Refreshes, "update"), megabytes(d.RefreshBytes))
	}
	return say + "."
}
