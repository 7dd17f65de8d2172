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
	if c.Encoding.Lossy() {
		encoding = fmt.Sprintf("pictures as JPEG of quality %d", c.Quality)
	}
	if c.Encoding == study.H264 {
		encoding += fmt.Sprintf(", films as H.264 at up to %g Mbps", c.FilmRate.Mbps())
	}
	if c.Frames > 0 {
		encoding += fmt.Sprintf(", at most %d a second", c.Frames)
	}
	if c.Pointer == study.PointerThere {
		encoding += ", with the machine's pointer"
	}
	say := fmt.Sprintf("Its screen was sent %s, %s: %s, %s MB", flow, encoding, study.Count(d.Updates, "update"), megabytes(d.UpdateBytes))
	if task := a.TimeOnTask(); task > 0 {
		say += fmt.Sprintf(", %.1f a second", float64(d.Updates)/task.Seconds())
	}
	switch {
	case d.Films > 0:
		say += fmt.Sprintf("; %s had a picture of a film", study.Count(d.Films, "update"))
	case c.Encoding == study.H264:
		say += "; no film was sent as H.264: there was none, or this browser cannot draw it"
	}
	if d.Refreshes > 0 {
		say += fmt.Sprintf("; %s made it exact while it was still, %s MB", study.Count(d.Refreshes, "update"), megabytes(d.RefreshBytes))
	}
	return say + "."
}
