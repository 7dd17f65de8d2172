package page

import (
	"strings"
	"time"
	"unicode/utf8"

	"vmstudy/study"
	"vmstudy/web/catalogue"
)

// TrialWords says which task t is, in words that do not reveal its condition.
func TrialWords(say catalogue.Tongue, v study.Session, t study.Trial) string {
	if t.Practice() {
		return say.Say("Practice")
	}
	if d := v.Version.Design; d.Searches() {
		return say.Say("Task %d of up to %d", t.Position, d.TrialsAtMost())
	}
	last := v.Trials[len(v.Trials)-1]
	return say.Say("Task %d of %d", t.Position, last.Position)
}

// InWords writes a duration to the second in English words, such as "1 hour 30 minutes".
func InWords(d time.Duration) string { return catalogue.English.Takes(d) }

// Storable reports whether the database can store s: valid UTF-8 without NUL.
func Storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
