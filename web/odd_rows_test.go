package web

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
)

// odd lets a new participant do a trial, and calls what to add rows that a database can store but
// no page would send.
func (l *lab) odd(st study.StudyID, what func(x study.Session, a study.Attempt)) study.Session {
	l.t.Helper()
	people, err := l.store.AddParticipants(l.t.Context(), st, false, []string{"odd"}, l.now)
	l.must(err)
	id, err := l.store.StartSession(l.t.Context(), people[0].ID, l.now)
	l.must(err)
	l.must(l.store.RecordConsent(l.t.Context(), id, false, l.now))
	x, err := l.store.Session(l.t.Context(), id)
	l.must(err)
	for _, trial := range x.Trials {
		if trial.Condition.Code() != "vnc/3G/look" {
			continue
		}
		a, err := l.store.OpenAttempt(l.t.Context(), study.Attempt{Trial: trial.ID, AskedAt: l.now})
		l.must(err)
		a.State, a.StartedAt = study.Running, l.now
		l.must(l.store.RecordAttempt(l.t.Context(), a, l.now, 0))
		a.State, a.Outcome, a.EndedAt = study.Finished, study.SaidDone, l.now.Add(20*time.Second)
		what(x, a)
	}
	return x
}

func TestAnOddRowIsNamedAndHidesNothingElse(t *testing.T) {
	finish := func(l *lab, a study.Attempt) { l.must(l.store.RecordAttempt(l.t.Context(), a, l.now, 0)) }
	rate := func(l *lab, x study.Session, a study.Attempt, instrument string, answers ...study.Answer) {
		finish(l, a)
		l.must(l.store.RecordRating(l.t.Context(), x.ID, a.Trial, study.Rating{Instrument: instrument, At: l.now, Answers: answers}))
	}
	for name, tt := range map[string]struct {
		what func(l *lab, x study.Session, a study.Attempt)
		says string
		seen string // satisfaction and time on task of vnc/3G; the other sessions have ratings 2 and 5, and times 20 s and 60 s
	}{
		"an answer to an unknown item": {func(l *lab, x study.Session, a study.Attempt) {
			rate(l, x, a, "satisfaction", study.Answer{Item: "satisfaction", Value: "5"}, study.Answer{Item: "mood", Value: "3"})
		}, "satisfaction: mood is “3”, and there is no such question.", "n 3, times 3"},
		"an answer that was not offered": {func(l *lab, x study.Session, a study.Attempt) {
			rate(l, x, a, "satisfaction", study.Answer{Item: "satisfaction", Value: "7.5"})
		}, "satisfaction: satisfaction is “7.5”, and that is not one of its answers.", "n 2, times 3"},
		"an instrument that the program has not": {func(l *lab, x study.Session, a study.Attempt) {
			rate(l, x, a, "gone", study.Answer{Item: "x", Value: "1"})
		}, "this program has no instrument gone", "n 2, times 3"},
		"a clock that was set back during the trial": {func(l *lab, _ study.Session, a study.Attempt) {
			a.EndedAt = a.StartedAt.Add(-5 * time.Second)
			finish(l, a)
		}, "the time on task is -5s", "n 2, times 2"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			st := l.recorded()
			l.odd(st, func(x study.Session, a study.Attempt) { tt.what(l, x, a) })
			a := l.get(resultsPath(st))
			l.wants(a, 200, tt.says)
			l.wants(a, 200, "1 row cannot be counted and is left out")
			times := map[string]int{"40.0": 2, "33.3": 3}[l.rows(a.page, "tasks")[1][8]]
			if got := fmt.Sprintf("n %s, times %d", l.rows(a.page, "ratings")[1][4], times); got != tt.seen {
				t.Errorf("counted are %s, want %s: %v", got, tt.seen, l.rows(a.page, "tasks")[1])
			}
			l.wants(l.get(studyPath(st)+"/download"), 200, "")
		})
	}
}

func TestASessionPageOutlivesAClockThatWasSetBack(t *testing.T) {
	l := newLab(t)
	x := l.odd(l.study(compared(), true), func(_ study.Session, a study.Attempt) {
		l.must(l.store.RecordAttempt(t.Context(), a, l.now, 0))
		l.must(l.store.RecordTraffic(t.Context(), a.ID, []study.LinkSecond{
			{At: l.now, Span: time.Second},
			{At: l.now.Add(-time.Hour), Span: time.Second},
			{At: l.now.Add(time.Second - time.Hour), Span: time.Second, WaitDown: -time.Second},
		}))
	})
	a := l.get(fmt.Sprintf("/lab/sessions/%d", x.ID))
	l.wants(a, 200, "What passed during trial")
	l.wants(a, 200, "This cannot be drawn")
}

func TestSequencesAreCountedAlikeOnThePageAndInTheFile(t *testing.T) {
	l := newLab(t)
	st, id := l.visit()
	page := text(l.get(fmt.Sprintf("/lab/sessions/%d", id)).page)
	table := l.exported(st, "sessions.csv")
	number := table[1][slices.Index(table[0], "sequence")]
	if !strings.Contains(page, "sequence "+number+",") {
		t.Errorf("sessions.csv says sequence %s, and the page does not: %s", number, page)
	}
}

// exported returns the rows of one file in a study's download. The first row is its header.
func (l *lab) exported(st study.StudyID, name string) [][]string {
	l.t.Helper()
	a := l.get(studyPath(st) + "/download")
	z, err := zip.NewReader(strings.NewReader(a.body), int64(len(a.body)))
	l.must(err)
	f, err := z.Open(name)
	l.must(err)
	table, err := csv.NewReader(f).ReadAll()
	l.must(err)
	return table
}
