package catalogue

import (
	"strings"
	"time"
)

// Day writes the date of a time, as in Monday, 2 January 2006.
func (t Tongue) Day(at time.Time) string {
	return t.Say("%s, %s %s %s", t.Say(at.Weekday().String()), Digits(at.Day()), t.Say(at.Month().String()), Digits(at.Year()))
}

// Opens writes from when something is possible, as in Monday, 2 January, from 15:04.
func (t Tongue) Opens(at time.Time) string {
	return t.Say("%s, %s %s, from %s", t.Say(at.Weekday().String()), Digits(at.Day()), t.Say(at.Month().String()), at.Format("15:04"))
}

// Takes writes a duration to the second in words, such as "1 hour 30 minutes".
func (t Tongue) Takes(d time.Duration) string {
	d = d.Round(time.Second)
	var words []string
	for _, u := range []struct {
		size time.Duration
		text string
	}{{time.Hour, "%d hours"}, {time.Minute, "%d minutes"}, {time.Second, "%d seconds"}} {
		if n := d / u.size; n > 0 {
			words = append(words, t.Say(u.text, int(n)))
			d -= n * u.size
		}
	}
	return strings.Join(words, " ")
}
