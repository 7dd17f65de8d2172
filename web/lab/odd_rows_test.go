package lab_test

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/internal/webtest"
	"vmstudy/study"
)

// odd lets a new participant do a trial, and calls what to add rows that a database can store but
// no page would send.
func odd(l *webtest.Lab, st study.StudyID, what func(x study.Session, a study.Attempt)) study.Session {
	l.T.Helper()
	people, err := l.Store.AddParticipants(l.T.Context(), st, false, []string{"odd"}, l.Now)
	l.Must(err)
	id, err := l.Store.StartSession(l.T.Context(), people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(l.T.Context(), id, false, l.Now))
	x, err := l.Store.Session(l.T.Context(), id)
	l.Must(err)
	for _, trial := range x.Trials {
		if trial.Condition.Code() != "vnc/3G/look" {
			continue
		}
		a, err := l.Store.OpenAttempt(l.T.Context(), study.Attempt{Trial: trial.ID, AskedAt: l.Now})
		l.Must(err)
		a.State, a.StartedAt = study.Running, l.Now
		l.Must(l.Store.RecordAttempt(l.T.Context(), a, l.Now, 0))
		a.State, a.Outcome, a.EndedAt = study.Finished, study.SaidDone, l.Now.Add(20*time.Second)
		what(x, a)
	}
	return x
}

func TestAnOddRowIsNamedAndHidesNothingElse(t *testing.T) {
	finish := func(l *webtest.Lab, a study.Attempt) { l.Must(l.Store.RecordAttempt(l.T.Context(), a, l.Now, 0)) }
	rate := func(l *webtest.Lab, x study.Session, a study.Attempt, instrument string, answers ...study.Answer) {
		finish(l, a)
		l.Must(l.Store.RecordRating(l.T.Context(), x.ID, a.Trial, study.Rating{Instrument: instrument, At: l.Now, Answers: answers}))
	}
	for name, tt := range map[string]struct {
		what func(l *webtest.Lab, x study.Session, a study.Attempt)
		says string
		seen string // satisfaction and time on task of vnc/3G; the other sessions have ratings 2 and 5, and times 20 s and 60 s
	}{
		"an answer to an unknown item": {func(l *webtest.Lab, x study.Session, a study.Attempt) {
			rate(l, x, a, "satisfaction", study.Answer{Item: "satisfaction", Value: "5"}, study.Answer{Item: "mood", Value: "3"})
		}, "satisfaction: mood is “3”, and there is no such question.", "n 3, times 3"},
		"an answer that was not offered": {func(l *webtest.Lab, x study.Session, a study.Attempt) {
			rate(l, x, a, "satisfaction", study.Answer{Item: "satisfaction", Value: "7.5"})
		}, "satisfaction: satisfaction is “7.5”, and that is not one of its answers.", "n 2, times 3"},
		"an instrument that the program has not": {func(l *webtest.Lab, x study.Session, a study.Attempt) {
			rate(l, x, a, "gone", study.Answer{Item: "x", Value: "1"})
		}, "this program has no instrument gone", "n 2, times 3"},
		"a clock that was set back during the trial": {func(l *webtest.Lab, _ study.Session, a study.Attempt) {
			a.EndedAt = a.StartedAt.Add(-5 * time.Second)
			finish(l, a)
		}, "the time on task is -5s", "n 2, times 2"},
	} {
		t.Run(name, func(t *testing.T) {
			l := webtest.NewLab(t)
			st := recorded(l)
			odd(l, st, func(x study.Session, a study.Attempt) { tt.what(l, x, a) })
			a := l.Get(resultsPath(st))
			l.Wants(a, 200, tt.says)
			l.Wants(a, 200, "1 row cannot be counted and is left out")
			times := map[string]int{"40.0": 2, "33.3": 3}[tableRows(l, a.Page, "tasks")[1][8]]
			if got := fmt.Sprintf("n %s, times %d", tableRows(l, a.Page, "ratings")[1][4], times); got != tt.seen {
				t.Errorf("counted are %s, want %s: %v", got, tt.seen, tableRows(l, a.Page, "tasks")[1])
			}
			none := 0
			for _, row := range exported(l, st, "responses.csv")[1:] {
				if slices.Contains(row, "not_an_answer") {
					none++
				}
			}
			if want := map[bool]int{true: 1}[!strings.Contains(name, "clock")]; none != want {
				t.Errorf("%d answers are none in the file, want %d", none, want)
			}
		})
	}
}

func TestASessionPageOutlivesAClockThatWasSetBack(t *testing.T) {
	l := webtest.NewLab(t)
	x := odd(l, l.Study(webtest.Compared(), true), func(_ study.Session, a study.Attempt) {
		l.Must(l.Store.RecordAttempt(t.Context(), a, l.Now, 0))
		l.Must(l.Store.RecordTraffic(t.Context(), a.ID, []study.LinkSecond{
			{At: l.Now, Span: time.Second},
			{At: l.Now.Add(-time.Hour), Span: time.Second},
			{At: l.Now.Add(time.Second - time.Hour), Span: time.Second, WaitDown: -time.Second},
		}))
	})
	a := l.Get(fmt.Sprintf("/lab/sessions/%d", x.ID))
	l.Wants(a, 200, "What passed during trial")
	l.Wants(a, 200, "This cannot be drawn")
}

func TestSequencesAreCountedAlikeOnThePageAndInTheFile(t *testing.T) {
	l := webtest.NewLab(t)
	st, id := l.Visit()
	page := webtest.Text(l.Get(fmt.Sprintf("/lab/sessions/%d", id)).Page)
	table := exported(l, st, "sessions.csv")
	number := table[1][slices.Index(table[0], "sequence")]
	if !strings.Contains(page, "sequence "+number+",") {
		t.Errorf("sessions.csv says sequence %s, and the page does not: %s", number, page)
	}
}

// exported returns the rows of one file in a study's download. The first row is its header.
func exported(l *webtest.Lab, st study.StudyID, name string) [][]string {
	l.T.Helper()
	a := l.Get(webtest.StudyPage(st) + "/download")
	z, err := zip.NewReader(strings.NewReader(a.Body), int64(len(a.Body)))
	l.Must(err)
	f, err := z.Open(analysis.DataFile(strings.TrimSuffix(name, ".csv")))
	l.Must(err)
	table, err := csv.NewReader(f).ReadAll()
	l.Must(err)
	return table
}
