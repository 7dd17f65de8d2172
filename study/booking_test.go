package study_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
)

// at is a time on the day of these tests.
func at(hour, minute int) time.Time { return time.Date(2026, 3, 20, hour, minute, 0, 0, time.UTC) }

// hourly is the time that begins at an hour; its number is the hour.
func hourly(hour int) study.Slot {
	return study.Slot{ID: study.SlotID(hour), Study: 1, Station: "A", StartsAt: at(hour, 0), EndsAt: at(hour+1, 0)}
}

const (
	ada = study.ParticipantID(7)  // whose diary it is
	eve = study.ExperimenterID(3) // who conducts
)

// keep does something to a diary, and adds the fact to it.
func keep(t interface{ Fatalf(string, ...any) }, d *study.Diary, do func(study.Diary) (study.Booking, error)) {
	fact, err := do(*d)
	if err != nil {
		t.Fatalf("after %v: %v", d.Facts, err)
	}
	if fact.Kind != "" {
		d.Facts = append(d.Facts, fact)
	}
}

func booked(hour int, by study.ExperimenterID, when time.Time) func(study.Diary) (study.Booking, error) {
	return func(d study.Diary) (study.Booking, error) {
		return d.Book(hourly(hour), study.Booking{Participant: ada, By: by, Reason: study.ReasonIll, At: when})
	}
}

func ended(kind study.BookingKind, hour int, by study.ExperimenterID, when time.Time) func(study.Diary) (study.Booking, error) {
	return func(d study.Diary) (study.Booking, error) {
		return d.End(study.Booking{Participant: ada, Kind: kind, Slot: study.SlotID(hour), By: by, Reason: study.ReasonIll, At: when})
	}
}

func TestHowAppointmentsStandFollowsFromTheFacts(t *testing.T) {
	type does = func(study.Diary) (study.Booking, error)
	for name, tt := range map[string]struct {
		do    []does
		began time.Time
		now   time.Time
		want  []study.AppointmentState
	}{
		"nothing":                            {nil, time.Time{}, at(8, 0), nil},
		"one to come":                        {[]does{booked(9, 0, at(8, 0))}, time.Time{}, at(8, 0), []study.AppointmentState{"due"}},
		"one that goes on":                   {[]does{booked(9, 0, at(8, 0))}, time.Time{}, at(9, 59), []study.AppointmentState{"due"}},
		"one that passed":                    {[]does{booked(9, 0, at(8, 0))}, time.Time{}, at(10, 0), []study.AppointmentState{"missed"}},
		"one that was kept":                  {[]does{booked(9, 0, at(8, 0))}, at(9, 10), at(12, 0), []study.AppointmentState{"kept"}},
		"one that was begun a little early":  {[]does{booked(9, 0, at(8, 0))}, at(8, 50), at(12, 0), []study.AppointmentState{"kept"}},
		"a visit after one that passed":      {[]does{booked(9, 0, at(8, 0))}, at(11, 0), at(12, 0), []study.AppointmentState{"missed"}},
		"booked twice, as by a second press": {[]does{booked(9, 0, at(8, 0)), booked(9, 0, at(8, 0))}, time.Time{}, at(8, 0), []study.AppointmentState{"due"}},
		"moved":                              {[]does{booked(9, 0, at(8, 0)), booked(11, 0, at(8, 5))}, time.Time{}, at(8, 5), []study.AppointmentState{"moved", "due"}},
		"moved by an experimenter, too late": {[]does{booked(9, 0, at(8, 0)), booked(11, eve, at(9, 30))}, time.Time{}, at(9, 30), []study.AppointmentState{"moved", "due"}},
		"booked anew after one that passed":  {[]does{booked(9, 0, at(8, 0)), booked(11, 0, at(10, 0))}, time.Time{}, at(10, 0), []study.AppointmentState{"missed", "due"}},
		"cancelled":                          {[]does{booked(9, 0, at(8, 0)), ended("cancelled", 9, 0, at(8, 5))}, time.Time{}, at(12, 0), []study.AppointmentState{"cancelled"}},
		"cancelled while it goes on":         {[]does{booked(9, 0, at(8, 0)), ended("cancelled", 9, eve, at(9, 5))}, time.Time{}, at(9, 5), []study.AppointmentState{"cancelled"}},
		"cancelled twice":                    {[]does{booked(9, 0, at(8, 0)), ended("cancelled", 9, 0, at(8, 5)), ended("cancelled", 9, 0, at(8, 5))}, time.Time{}, at(8, 5), []study.AppointmentState{"cancelled"}},
		"cancelled, and booked again":        {[]does{booked(9, 0, at(8, 0)), ended("cancelled", 9, 0, at(8, 5)), booked(9, 0, at(8, 10))}, time.Time{}, at(8, 10), []study.AppointmentState{"cancelled", "due"}},
		"missed, as an experimenter says":    {[]does{booked(9, 0, at(8, 0)), ended("missed", 9, eve, at(9, 20))}, time.Time{}, at(9, 20), []study.AppointmentState{"missed"}},
		"missed, and the next one kept":      {[]does{booked(9, 0, at(8, 0)), ended("missed", 9, eve, at(9, 20)), booked(11, 0, at(9, 30))}, at(11, 0), at(11, 5), []study.AppointmentState{"missed", "kept"}},
		"given by hand while it goes on":     {[]does{booked(9, eve, at(9, 30))}, time.Time{}, at(9, 30), []study.AppointmentState{"due"}},
		"came in their own time, as without one": {[]does{booked(9, 0, at(8, 0)), func(d study.Diary) (study.Booking, error) {
			own := hourly(9)
			own.Participant = ada
			return d.WalkIn(own, study.Booking{Participant: ada, By: eve, At: at(9, 50)})
		}}, time.Time{}, at(9, 50), []study.AppointmentState{"due"}},
		"came early, and got another in hand": {[]does{booked(11, 0, at(8, 0)), func(d study.Diary) (study.Booking, error) {
			return d.WalkIn(hourly(9), study.Booking{Participant: ada, By: eve, At: at(9, 0)})
		}}, at(9, 5), at(9, 5), []study.AppointmentState{"moved", "kept"}},
	} {
		t.Run(name, func(t *testing.T) {
			var d study.Diary
			for _, do := range tt.do {
				keep(t, &d, do)
			}
			if !tt.began.IsZero() {
				d.Course = study.OneVisit(tt.began)
			}
			var got []study.AppointmentState
			for _, a := range d.Appointments() {
				got = append(got, d.State(a, tt.now))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("states (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatCannotBeDoneWithAnAppointmentIsSaid(t *testing.T) {
	taken := hourly(12)
	taken.Participant = 99
	for name, tt := range map[string]struct {
		began, now time.Time
		do         func(d study.Diary, now time.Time) (study.Booking, error)
		kind       error
		say        string
	}{
		"a time that somebody has": {time.Time{}, at(7, 0), func(d study.Diary, now time.Time) (study.Booking, error) {
			return d.Book(taken, study.Booking{Participant: ada, At: now})
		}, study.ErrConflict, "someone else has just taken"},
		"a time that has begun":            {time.Time{}, at(8, 0), func(d study.Diary, now time.Time) (study.Booking, error) { return booked(8, 0, now)(d) }, study.ErrConflict, "has begun already"},
		"a time that is over, by hand":     {time.Time{}, at(9, 0), func(d study.Diary, now time.Time) (study.Booking, error) { return booked(8, eve, now)(d) }, study.ErrConflict, "has begun already"},
		"a move within the notice":         {time.Time{}, at(8, 0), func(d study.Diary, now time.Time) (study.Booking, error) { return booked(11, 0, now)(d) }, study.ErrConflict, "too near to be changed here"},
		"a cancellation within the notice": {time.Time{}, at(9, 59), func(d study.Diary, now time.Time) (study.Booking, error) { return ended("cancelled", 10, 0, now)(d) }, study.ErrConflict, "too near to be changed here"},
		"a move of what goes on":           {time.Time{}, at(10, 0), func(d study.Diary, now time.Time) (study.Booking, error) { return booked(11, 0, now)(d) }, study.ErrConflict, "has begun and cannot be changed"},
		"a move in the visit":              {at(9, 50), at(9, 55), func(d study.Diary, now time.Time) (study.Booking, error) { return booked(11, 0, now)(d) }, study.ErrConflict, "has begun and cannot be changed"},
		"a move in the visit, by hand":     {at(9, 50), at(9, 55), func(d study.Diary, now time.Time) (study.Booking, error) { return booked(11, eve, now)(d) }, study.ErrConflict, "The visit has begun"},
		"missed although they are here":    {at(9, 50), at(10, 5), func(d study.Diary, now time.Time) (study.Booking, error) { return ended("missed", 10, eve, now)(d) }, study.ErrConflict, "The visit has begun"},
		"missed before it begins":          {time.Time{}, at(9, 59), func(d study.Diary, now time.Time) (study.Booking, error) { return ended("missed", 10, eve, now)(d) }, study.ErrConflict, "has not begun"},
		"a cancellation of what passed":    {time.Time{}, at(11, 0), func(d study.Diary, now time.Time) (study.Booking, error) { return ended("cancelled", 10, eve, now)(d) }, study.ErrConflict, "has passed"},
		"a cancellation of another time":   {time.Time{}, at(7, 0), func(d study.Diary, now time.Time) (study.Booking, error) { return ended("cancelled", 9, 0, now)(d) }, study.ErrConflict, "moved or cancelled meanwhile"},
		"another end":                      {time.Time{}, at(7, 0), func(d study.Diary, now time.Time) (study.Booking, error) { return ended("moved", 10, 0, now)(d) }, study.ErrInvalid, "cancelled or was missed"},
		"less than half of a time for who walks in": {time.Time{}, at(8, 31), func(d study.Diary, now time.Time) (study.Booking, error) {
			return d.WalkIn(hourly(8), study.Booking{Participant: ada, By: eve, At: now})
		}, study.ErrConflict, "ends in 29 minutes"},
		"the time of somebody else for who walks in": {time.Time{}, at(12, 5), func(d study.Diary, now time.Time) (study.Booking, error) {
			return d.WalkIn(taken, study.Booking{Participant: ada, By: eve, At: now})
		}, study.ErrConflict, "someone else has just taken"},
		"a move by hand without a reason": {time.Time{}, at(7, 0), func(d study.Diary, now time.Time) (study.Booking, error) {
			return d.Book(hourly(11), study.Booking{Participant: ada, By: eve, At: now})
		}, study.ErrInvalid, "A reason is needed"},
		"another reason without words, by hand": {time.Time{}, at(7, 0), func(d study.Diary, now time.Time) (study.Booking, error) {
			return d.Book(hourly(11), study.Booking{Participant: ada, By: eve, Reason: study.ReasonOther, At: now})
		}, study.ErrInvalid, "A reason is needed"},
		"a reason that is none": {time.Time{}, at(7, 0), func(d study.Diary, now time.Time) (study.Booking, error) {
			return d.Book(hourly(11), study.Booking{Participant: ada, Reason: study.ReasonTechnical, At: now})
		}, study.ErrInvalid, "Choose a reason"},
		"a reason as long as a book": {time.Time{}, at(7, 0), func(d study.Diary, now time.Time) (study.Booking, error) {
			return d.Book(hourly(11), study.Booking{Participant: ada, Why: strings.Repeat("x", study.RulingLimit+1), At: now})
		}, study.ErrInvalid, "up to 1000 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			d := study.Diary{Notice: 2 * time.Hour}
			keep(t, &d, booked(10, 0, at(6, 0)))
			if !tt.began.IsZero() {
				d.Course = study.OneVisit(tt.began)
			}
			fact, err := tt.do(d, tt.now)
			if !errors.Is(err, tt.kind) || !strings.Contains(study.Sentence(err), tt.say) {
				t.Errorf("fact %+v and error %v, want %v that says %q", fact, err, tt.kind, tt.say)
			}
		})
	}
}

func TestParticipantsNeedNotGiveAReason(t *testing.T) {
	var d study.Diary
	keep(t, &d, booked(9, 0, at(8, 0)))
	keep(t, &d, func(d study.Diary) (study.Booking, error) {
		return d.Book(hourly(11), study.Booking{Participant: ada, At: at(8, 1)})
	})
	keep(t, &d, func(d study.Diary) (study.Booking, error) {
		return d.End(study.Booking{Participant: ada, Kind: study.BookingCancelled, Slot: 11, At: at(8, 2)})
	})
	for _, f := range d.Facts[1:] {
		if f.Reason != study.ReasonUnsaid {
			t.Errorf("%s has the reason %q", f.Kind, f.Reason)
		}
	}
	if f := d.Facts[2]; f.Station != "A" || !f.StartsAt.Equal(at(11, 0)) || !f.EndsAt.Equal(at(12, 0)) {
		t.Errorf("what was cancelled is %+v, want the time of 11 o'clock", f)
	}
}

func TestWhoLeavesGivesBackWhatIsToCome(t *testing.T) {
	var d study.Diary
	if f, ok := d.Leaves(0, at(8, 0)); ok {
		t.Errorf("who has none gives back %+v", f)
	}
	keep(t, &d, booked(9, 0, at(8, 0)))
	if f, ok := d.Leaves(0, at(9, 0)); ok {
		t.Errorf("who has begun gives back %+v", f)
	}
	f, ok := d.Leaves(eve, at(8, 59))
	if want := (study.Booking{
		Participant: ada, Kind: study.BookingCancelled, Visit: 1, Slot: 9, Station: "A", StartsAt: at(9, 0), EndsAt: at(10, 0), Reason: study.ReasonOther, By: eve, At: at(8, 59),
	}); !ok || f != want {
		t.Errorf("who leaves gives back %+v, %v, want %+v", f, ok, want)
	}
}

func TestAnAppointmentHasOneOwnerAndEachFactANewerNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := study.Diary{Notice: time.Duration(rapid.IntRange(0, 180).Draw(t, "notice")) * time.Minute}
		now, sequence := at(6, 0), 0
		for range rapid.IntRange(1, 25).Draw(t, "acts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 50).Draw(t, "minutes")) * time.Minute)
			hour, by := rapid.IntRange(7, 22).Draw(t, "hour"), rapid.SampledFrom([]study.ExperimenterID{0, eve}).Draw(t, "by")
			do := rapid.SampledFrom([]func(study.Diary) (study.Booking, error){
				booked(hour, by, now), ended(study.BookingCancelled, hour, by, now), ended(study.BookingMissed, hour, by, now),
			}).Draw(t, "act")
			before, had := d.Current()
			until, may := d.MayChange(now)
			fact, err := do(d)
			if err != nil && study.Sentence(err) == "" {
				t.Fatalf("an error without a sentence: %v", err)
			}
			if err != nil || fact.Kind == "" {
				continue
			}
			if had && by == 0 && now.Before(before.EndsAt) && !may {
				t.Fatalf("the participant has done %+v at %v, and might only until %v", fact, now, until)
			}
			d.Facts = append(d.Facts, fact)
			if n := d.Sequence(); n <= sequence {
				t.Fatalf("after %d comes the number %d", sequence, n)
			}
			sequence = d.Sequence()
		}
		all := d.Appointments()
		for i, a := range all {
			open := a.Lost.Kind == ""
			if open != (i == len(all)-1 && d.Last().Kind == a.Got.Kind && d.Last().Slot == a.Got.Slot) {
				t.Fatalf("appointment %d of %d has no end although it is not the last fact, or the other way round: %+v", i+1, len(all), all)
			}
			if s := d.State(a, now); !open && s == study.AppointmentDue || open && s != study.AppointmentDue && s != study.AppointmentMissed {
				t.Fatalf("%+v is %s", a, s)
			}
		}
	})
}

func TestAddressesForMail(t *testing.T) {
	for text, want := range map[string]bool{
		"ada@example.org": true, "ada.lovelace+study@lab.example.org": true, "ä@example.org": true,
		"": false, "ada": false, "ada@": false, "@example.org": false, "Ada <ada@example.org>": false, "ada@example.org, eve@example.org": false,
		"ada@example.org\nBcc: eve@example.org": false, "ada @example.org": false, "ada@[127.0.0.1]": false, strings.Repeat("a", 250) + "@example.org": false,
	} {
		if got := study.MailAddress(text); got != want {
			t.Errorf("%q is an address: %v, want %v", text, got, want)
		}
	}
}
