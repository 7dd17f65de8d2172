package study_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

// trialsDone is a visitor of a study of three visits, two trials each, a day apart, who began at 8:00 and has done so many trials, the first from 8:00 to
// 8:10 and so on, all on one day.
func trialsDone(n int) study.Session {
	d := study.Design{Visits: []study.Visit{{After: 2, Apart: 24 * time.Hour}, {After: 4, Apart: 24 * time.Hour}}}
	s := study.Session{ID: 1, Version: study.Version{Design: d}, StartedAt: at(8, 0)}
	s.Assignment = study.Assignment{TakenAt: at(8, 0), LeaseEnds: at(20, 0)}
	for i := range 6 {
		t := study.Trial{ID: study.TrialID(i + 1), Position: i + 1}
		if i < n {
			t.Attempts = []study.Attempt{{State: study.Finished, AskedAt: at(8, 10*i), EndedAt: at(8, 10*i+10)}}
		}
		s.Trials = append(s.Trials, t)
	}
	return s
}

func TestHowFarSomebodyHasComeFollowsFromTheirTrials(t *testing.T) {
	fewer := trialsDone(2)
	fewer.Trials = fewer.Trials[:2]
	returned := trialsDone(2)
	returned.Trials[2].ReadyAt = at(9, 0)
	away := trialsDone(0)
	away.TurnedAway = true
	once := trialsDone(1)
	once.Version.Design.Visits = nil
	unplaced := trialsDone(0)
	unplaced.Trials, unplaced.Assignment = nil, study.Assignment{}
	at1 := trialsDone(2)
	at1.Version.Design.Visits = []study.Visit{{After: 2}, {After: 4}}
	out := trialsDone(2)
	out.Assignment.Ruling.State = study.PlaceExcluded
	kept := at(20, 0)
	for name, tt := range map[string]struct {
		s    study.Session
		want study.Course
	}{
		"in the first visit":               {trialsDone(1), study.Course{Began: []time.Time{at(8, 0)}, Visit: 1, Visits: 3, Kept: kept}},
		"between the first and the second": {trialsDone(2), study.Course{Began: []time.Time{at(8, 0)}, Visit: 2, Visits: 3, Back: at(8, 20).Add(24 * time.Hour), Kept: kept}},
		"who may come back at once":        {at1, study.Course{Began: []time.Time{at(8, 0)}, Visit: 2, Visits: 3, Kept: kept}},
		"who has pressed the button":       {returned, study.Course{Began: []time.Time{at(8, 0), at(9, 0)}, Visit: 2, Visits: 3, Kept: kept}},
		"in the second visit":              {trialsDone(3), study.Course{Began: []time.Time{at(8, 0), at(8, 20)}, Visit: 2, Visits: 3, Kept: kept}},
		"between the second and the third": {trialsDone(4), study.Course{Began: []time.Time{at(8, 0), at(8, 20)}, Visit: 3, Visits: 3, Back: at(8, 40).Add(24 * time.Hour), Kept: kept}},
		"after the last":                   {trialsDone(6), study.Course{Began: []time.Time{at(8, 0), at(8, 20), at(8, 40)}, Visit: 3, Visits: 3, Kept: kept}},
		"of a group with fewer trials":     {fewer, study.Course{Began: []time.Time{at(8, 0)}, Visit: 1, Visits: 1, Kept: kept}},
		"of one visit":                     {once, study.OneVisit(at(8, 0))},
		"turned away":                      {away, study.OneVisit(at(8, 0))},
		"without a place":                  {unplaced, study.Course{Began: []time.Time{at(8, 0)}, Visit: 1, Visits: 3, Kept: kept}},
		"excluded between two":             {out, study.Course{Began: []time.Time{at(8, 0)}, Visit: 2, Visits: 3, Back: at(8, 20).Add(24 * time.Hour), Out: true, Kept: kept}},
	} {
		if diff := cmp.Diff(tt.want, tt.s.Course()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if c := fewer.Course(); !c.Begun() || !c.Final() || c.Between() {
		t.Errorf("who comes once has begun the last visit: %+v", c)
	}
	if c := trialsDone(2).Course(); c.Begun() || c.Final() || !c.Between() {
		t.Errorf("who waits for the second visit has not begun it: %+v", c)
	}
}

func TestAnAppointmentIsForOneVisit(t *testing.T) {
	var d study.Diary
	keep(t, &d, booked(8, 0, at(7, 0)))
	d.Course = trialsDone(1).Course()
	if _, err := booked(11, 0, at(8, 5))(d); err == nil {
		t.Error("in the first visit another time is booked")
	}
	d.Course = trialsDone(2).Course()
	d.Back = at(10, 30)
	if has, ok := d.Current(); ok {
		t.Errorf("between the visits they have %+v", has)
	}
	for name, tt := range map[string]struct {
		do  func(study.Diary) (study.Booking, error)
		say string
	}{
		"a time before they can come back":           {booked(10, 0, at(8, 30)), "begins on 2026-03-20 10:30 UTC or later"},
		"such a time, by hand":                       {booked(10, eve, at(8, 30)), "begins on 2026-03-20 10:30 UTC or later"},
		"one that goes on, before they can, by hand": {booked(10, eve, at(10, 29)), "too early for the next visit"},
		"a cancellation of the first appointment":    {ended(study.BookingCancelled, 8, eve, at(8, 30)), "not there any more"},
		"who walks in before they can come back": {func(d study.Diary) (study.Booking, error) {
			return d.WalkIn(hourly(10), study.Booking{Participant: ada, By: eve, At: at(10, 10)})
		}, "too early for the next visit"},
	} {
		if f, err := tt.do(d); !strings.Contains(study.Sentence(err), tt.say) {
			t.Errorf("%s: %+v, %v, want %q", name, f, err, tt.say)
		}
	}
	if _, err := booked(10, eve, at(10, 31))(d); err != nil {
		t.Errorf("a time that goes on when they can come back: %v", err)
	}
	keep(t, &d, booked(11, 0, at(8, 30)))
	keep(t, &d, booked(12, 0, at(8, 31)))
	if f := d.Last(); f.Visit != 2 || f.Kind != study.BookingMoved {
		t.Errorf("the second appointment of the second visit is %+v", f)
	}
	d.Began = append(d.Began, at(12, 5))
	var got []study.AppointmentState
	for _, a := range d.Appointments() {
		got = append(got, d.State(a, at(13, 0)))
	}
	if want := []study.AppointmentState{"kept", "moved", "kept"}; !slices.Equal(got, want) {
		t.Errorf("states are %v, want %v", got, want)
	}
	if a, ok := d.At(8); !ok || a.Got.Visit > 1 {
		t.Errorf("the time of the first visit is that of %+v", a)
	}
	if _, ok := d.At(11); ok {
		t.Error("they have the time that they gave up")
	}
}

func TestWhoIsOutBetweenTwoVisitsGivesBackTheirAppointmentAndGetsNone(t *testing.T) {
	d := study.Diary{Course: trialsDone(2).Course()}
	d.Back = time.Time{}
	keep(t, &d, booked(11, 0, at(8, 30)))
	f, ok := d.Leaves(eve, at(9, 0))
	if !ok || f.Kind != study.BookingCancelled || f.Visit != 2 || f.Slot != 11 {
		t.Fatalf("they give back %+v, %v", f, ok)
	}
	d.Facts, d.Out = append(d.Facts, f), true
	for by, say := range map[study.ExperimenterID]string{0: "Your part in this study is over", eve: "Put them back first"} {
		if f, err := booked(12, by, at(9, 0))(d); !strings.Contains(study.Sentence(err), say) {
			t.Errorf("they get %+v, %v, want %q", f, err, say)
		}
	}
}

func TestAPlaceIsKeptThroughAnAppointmentForAFurtherVisit(t *testing.T) {
	a := study.Assignment{TakenAt: at(8, 0), LeaseEnds: at(20, 0), Booked: at(19, 0)}
	if got := a.State(at(19, 0).Add(study.Lease - 1)); got != study.PlaceActive {
		t.Errorf("before the lease of the appointment ends, the place is %s", got)
	}
	if got := a.State(at(19, 0).Add(study.Lease)); got != study.PlaceDropped {
		t.Errorf("when the lease of the appointment ends, the place is %s", got)
	}
	a.Booked = time.Time{} // cancelled
	if got := a.State(at(20, 0)); got != study.PlaceDropped {
		t.Errorf("without the appointment the place is %s", got)
	}
}
