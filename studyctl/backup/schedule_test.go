package backup

import (
	"fmt"
	"testing"
	"time"
)

func TestABackupIsDueOnceADay(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	const clock = 3*time.Hour + 30*time.Minute
	for name, test := range map[string]struct{ now, want time.Time }{
		"just before":                {time.Date(2026, 5, 2, 3, 29, 59, 0, berlin), time.Date(2026, 5, 1, 3, 30, 0, 0, berlin)},
		"at the minute":              {time.Date(2026, 5, 2, 3, 30, 0, 0, berlin), time.Date(2026, 5, 2, 3, 30, 0, 0, berlin)},
		"in the evening":             {time.Date(2026, 5, 2, 22, 0, 0, 0, berlin), time.Date(2026, 5, 2, 3, 30, 0, 0, berlin)},
		"on the first of a month":    {time.Date(2026, 6, 1, 1, 0, 0, 0, berlin), time.Date(2026, 5, 31, 3, 30, 0, 0, berlin)},
		"on a day that has 23 hours": {time.Date(2026, 3, 29, 12, 0, 0, 0, berlin), time.Date(2026, 3, 29, 3, 30, 0, 0, berlin)},
	} {
		if got := Due(test.now, clock); !got.Equal(test.want) {
			t.Errorf("%s: due at %v, want %v", name, got, test.want)
		}
	}
}

func TestOldBackupsGoExceptTheNewest(t *testing.T) {
	now := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	ago := func(days int) string { return Name(now.AddDate(0, 0, -days)) }
	for name, test := range map[string]struct {
		there []string
		want  []string
	}{
		"nothing is there":           {nil, nil},
		"all are young":              {[]string{ago(0), ago(29), ago(30)}, nil},
		"some are old":               {[]string{ago(31), ago(1), ago(90)}, []string{ago(90), ago(31)}},
		"all are old":                {[]string{ago(40), ago(50)}, []string{ago(50)}},
		"others' files are not ours": {[]string{ago(0), "vmstudy-before-update.backup", "erased.csv", "vmstudy-2020-01-01T00-00-00Z.backup.unfinished-1"}, nil},
	} {
		if got := Expired(test.there, now, 30); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%s: %v go, want %v", name, got, test.want)
		}
	}
	if got := Newest([]string{ago(3), "x", ago(2)}); !got.Equal(now.AddDate(0, 0, -2)) {
		t.Errorf("the newest is of %v", got)
	}
}
