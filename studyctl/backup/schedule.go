package backup

import (
	"slices"
	"strings"
	"time"
)

// The names of the backups that a server makes by itself have the moment in them, in UTC.
const (
	ownPrefix = "vmstudy-"
	ownLayout = "2006-01-02T15-04-05Z"
	ownSuffix = ".backup"
)

// Name returns the name of the backup that a server makes at now.
func Name(now time.Time) string { return ownPrefix + now.UTC().Format(ownLayout) + ownSuffix }

// taken returns when the backup of that name was made, and false if it is not one that a server made by itself.
func taken(name string) (time.Time, bool) {
	text, prefixed := strings.CutPrefix(name, ownPrefix)
	text, suffixed := strings.CutSuffix(text, ownSuffix)
	at, err := time.Parse(ownLayout, text)
	return at, prefixed && suffixed && err == nil
}

// Own reports whether a backup of that name is one that a server makes by itself.
func Own(name string) bool {
	_, own := taken(name)
	return own
}

// Newest returns when the newest of the backups in a directory with these names was made; the zero time if there is none.
func Newest(names []string) (newest time.Time) {
	for _, name := range names {
		if at, own := taken(name); own && at.After(newest) {
			newest = at
		}
	}
	return newest
}

// Due returns the last moment up to now at which the clock showed the given time of the day (since midnight), in now's time zone. A
// backup is due if the newest is older.
func Due(now time.Time, clock time.Duration) time.Time {
	at := time.Date(now.Year(), now.Month(), now.Day(), 0, int(clock.Minutes()), 0, 0, now.Location())
	if at.After(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()-1, 0, int(clock.Minutes()), 0, 0, now.Location())
	}
	return at
}

// Expired returns which of the backups with these names are older than so many days. The newest of all is never among them: if
// no backup could be made for so long, the last one is needed.
func Expired(names []string, now time.Time, days int) (old []string) {
	newest := Newest(names)
	for _, name := range names {
		if at, own := taken(name); own && at.Before(now.AddDate(0, 0, -days)) && !at.Equal(newest) {
			old = append(old, name)
		}
	}
	slices.Sort(old)
	return old
}
