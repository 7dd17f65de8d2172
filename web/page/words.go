package page

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"vmstudy/study"
)

// TrialWords says which task t is, in words that do not reveal its condition.
func TrialWords(v study.Session, t study.Trial) string {
	if t.Practice() {
		return "Practice"
	}
	last := v.Trials[len(v.Trials)-1]
	return fmt.Sprintf("Task %d of %d", t.Position, last.Position)
}

// InWords writes a duration to the second in words, such as "1 hour 30 minutes".
func InWords(d time.Duration) string {
	d = d.Round(time.Second)
	var words []string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		n := d / u.size
		d -= n * u.size
		switch {
		case n == 1:
			words = append(words, "1 "+u.name)
		case n > 1:
			words = append(words, fmt.Sprintf("%d %ss", n, u.name))
		}
	}
	return strings.Join(words, " ")
}

// Storable reports whether the database can store s: valid UTF-8 without NUL.
func Storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
