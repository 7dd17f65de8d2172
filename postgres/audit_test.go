package postgres_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studytest"
)

// doing returns a context in which ada does something.
func doing(ctx context.Context, action, about string) context.Context {
	return audit.During(ctx, audit.Act{Who: "ada", At: studytest.Noon, What: func() (string, string, string) { return action, about, "" }})
}

// trail returns the audit as lines of who, action and about, after it was checked against heads.
func trail(t interface {
	Helper()
	Fatal(...any)
	Context() context.Context
}, db *postgres.DB, known ...audit.Head,
) (lines []string) {
	t.Helper()
	if _, err := audit.Check(db.Trail(t.Context()), known...); err != nil {
		t.Fatal(err)
	}
	for e := range db.Trail(t.Context()) {
		lines = append(lines, e.Who+" | "+e.Action+" | "+e.About)
	}
	return lines
}

func TestEveryChangeIsToldOfInItsOwnTransaction(t *testing.T) {
	db, _ := openBeside(t)
	ctx := doing(t.Context(), "create a study", "/lab/studies/new")
	s, err := db.CreateStudy(ctx, 0, studytest.OneTrial(), studytest.Noon)
	must(t, err)
	want := []string{"ada | create a study | /lab/studies/new"}
	if got := trail(t, db); !slices.Equal(got, want) {
		t.Errorf("the audit says %q, want %q", got, want)
	}
	// What is refused or fails leaves no trace of a change.
	if err := db.SetState(doing(t.Context(), "close", "x"), 4711, study.Openness{State: study.StudyClosed}); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("closing no study: %v", err)
	}
	if got := trail(t, db); !slices.Equal(got, want) {
		t.Errorf("after a refusal the audit says %q, want %q", got, want)
	}
	// What the program does by itself is no act of anybody.
	_, err = db.Publish(t.Context(), s, 0, studytest.Noon)
	must(t, err)
	head, err := db.Record(doing(t.Context(), "not this", ""), audit.Entry{At: studytest.Noon, Who: "ada", Action: "view", About: "/lab/sessions/1"})
	must(t, err)
	want = append(want, "ada | view | /lab/sessions/1")
	if got := trail(t, db, head); !slices.Equal(got, want) || head.Number != 2 {
		t.Errorf("the audit says %q with head %d, want %q", got, head.Number, want)
	}
}

func TestEntriesThatComeAtOnceFormOneList(t *testing.T) {
	db := open(t)
	var all sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		all.Go(func() {
			_, errs[i] = db.CreateStudy(doing(t.Context(), "create", fmt.Sprint(i)), 0, studytest.OneTrial(), studytest.Noon)
		})
	}
	all.Wait()
	must(t, errors.Join(errs...))
	if got := trail(t, db); len(got) != len(errs) {
		t.Errorf("%d entries, want %d", len(got), len(errs))
	}
}

func TestWhatIsDoneToTheTableIsFound(t *testing.T) {
	const off, on = "ALTER TABLE audit DISABLE TRIGGER audit_append_only;", ";ALTER TABLE audit ENABLE TRIGGER audit_append_only"
	for name, test := range map[string]struct{ sql, fault string }{
		"a row is altered": {"UPDATE audit SET who = 'bob' WHERE number = 3", "entry 3: it, or one before it, was altered"},
		"a row is removed": {"DELETE FROM audit WHERE number = 3", "entry 3: it is missing"},
		"two rows are exchanged": {
			"UPDATE audit SET number = 9 WHERE number = 3; UPDATE audit SET number = 3 WHERE number = 4; UPDATE audit SET number = 4 WHERE number = 9",
			"entry 3: it, or one before it, was altered",
		},
		"the last row is removed": {"DELETE FROM audit WHERE number = 5", "entry 5: the list ends before it"},
	} {
		t.Run(name, func(t *testing.T) {
			db, conn := openBeside(t)
			var head audit.Head
			for i := range 5 {
				var err error
				head, err = db.Record(t.Context(), audit.Entry{At: studytest.Noon, Who: "ada", Action: "view", About: fmt.Sprint(i)})
				must(t, err)
			}
			if _, err := conn.Exec(t.Context(), test.sql); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Fatalf("the table took it: %v", err)
			}
			_, err := conn.Exec(t.Context(), off+test.sql+on)
			must(t, err)
			if _, err := audit.Check(db.Trail(t.Context()), head); err == nil || !strings.Contains(err.Error(), test.fault) {
				t.Errorf("got %v, want %q", err, test.fault)
			}
		})
	}
}

func TestOldEntriesJoinTheList(t *testing.T) {
	db, conn := openBeside(t)
	const before = `
		ALTER TABLE audit DROP COLUMN number, DROP COLUMN sum;
		DROP INDEX audit_by_time;
		DELETE FROM goose_db_version WHERE version_id = 26;
		INSERT INTO audit (at, who, action, about, why) VALUES
		('2026-03-14 12:00:00.123456+00', 'Ünal, 3:x', 'delete recording', 'recording of attempt 17', ''),
		('2026-03-14 12:00:01+00', 'ada', 'delete recording', 'recording of attempt 18', 'asked')`
	_, err := conn.Exec(t.Context(), before)
	must(t, err)
	_, err = postgres.Migrate(t.Context(), conn.Config().ConnString())
	must(t, err)
	_, err = db.Record(t.Context(), audit.Entry{At: studytest.Noon, Who: "ada", Action: "view"})
	must(t, err)
	if got := trail(t, db); len(got) != 3 || !strings.HasPrefix(got[0], "Ünal, 3:x | ") {
		t.Errorf("the audit says %q", got)
	}
}

// TestWhateverPeopleDoTheFactsHold lets people do things at random to one study, and looks at facts and places after each of them. It looks at the audit
// now and then, since that grows with every sequence, and at the end.
func TestWhateverPeopleDoTheFactsHold(t *testing.T) {
	must(t, flag.Set("rapid.checks", strconv.Itoa(studytest.Times(t, "STUDYCTL_TEST_ACTS", 100))))
	defer func() { must(t, flag.Set("rapid.checks", flag.Lookup("rapid.checks").DefValue)) }()
	db := open(t)
	memory := studytest.NewStore()
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		newActors(t, db, n).act(t)
		newActors(t, memory, n).act(t)
		if n%250 == 0 {
			_, err := audit.Check(db.Trail(t.Context()))
			fatal(t, err)
		}
	})
	_, err := audit.Check(db.Trail(t.Context()))
	must(t, err)
	t.Logf("soak: %d sequences", n)
}

// actors are the people of a study in a store.
type actors struct {
	studytest.Keeper
	version study.Version
	people  []study.Participant
}

func newActors(t *rapid.T, store studytest.Keeper, n int) *actors {
	a := &actors{Keeper: store}
	ctx := t.Context()
	id, err := a.CreateStudy(ctx, 0, studytest.OneTrial(), studytest.Noon)
	fatal(t, err)
	a.version, err = a.Publish(ctx, id, 0, studytest.Noon)
	fatal(t, err)
	a.people, err = a.AddParticipants(ctx, id, false, []string{fmt.Sprintf("a%d", n), fmt.Sprintf("b%d", n), fmt.Sprintf("c%d", n)}, studytest.Noon)
	fatal(t, err)
	return a
}

func fatal(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// act lets people do things. Whatever is refused must be refused for a reason; afterwards the facts must agree.
func (a *actors) act(t *rapid.T) {
	ctx := doing(t.Context(), "act", "")
	states := []study.PlaceState{study.PlaceActive, study.PlaceDropped, study.PlaceExcluded}
	asked := map[study.ParticipantID]bool{}
	for range rapid.IntRange(1, 12).Draw(t, "acts") {
		p := rapid.SampledFrom(a.people).Draw(t, "who")
		x, err := a.ParticipantByLink(ctx, p.Link)
		fatal(t, err)
		switch rapid.IntRange(0, 10).Draw(t, "act") {
		case 0:
			_, err = a.StartSession(ctx, p.ID, studytest.Noon)
		case 1:
			err = a.RecordConsent(ctx, x.Session, false, studytest.Noon)
		case 2:
			err = a.Rule(ctx, x.Session, study.Ruling{State: rapid.SampledFrom(states).Draw(t, "state"), Ground: study.GroundAbsent, At: studytest.Noon})
		case 3:
			err = a.RecordVisit(ctx, x.Session, study.Step{Kind: study.StepEnd}, studytest.Noon)
		case 4:
			err = a.RecordRating(ctx, x.Session, 0, study.Rating{Instrument: "sus", At: studytest.Noon, Answers: []study.Answer{{Item: "one", Value: "1"}}})
		case 5:
			erase := rapid.Bool().Draw(t, "erase")
			asked[p.ID] = asked[p.ID] || erase
			err = a.Withdraw(ctx, p.ID, study.Withdrawal{Erase: erase, At: studytest.Noon})
		case 6:
			_, err = a.Erase(ctx, p.ID, studytest.Noon)
		case 7:
			err = a.tries(ctx, t, x.Session)
		case 8:
			_, err = a.AddNote(ctx, study.Note{Session: x.Session, Text: "looks away", At: studytest.Noon, WrittenAt: studytest.Noon})
		case 9:
			err = a.simulates(ctx)
		case 10:
			_, err = a.RemoveSimulated(ctx, a.version.Study)
		}
		if err != nil && !errors.Is(err, study.ErrConflict) && !errors.Is(err, study.ErrNotFound) {
			t.Fatal(err)
		}
		a.hold(t, asked)
	}
}

// tries excludes the trial of a session, or begins an attempt at it.
func (a *actors) tries(ctx context.Context, t *rapid.T, id study.SessionID) error {
	x, err := a.Session(ctx, id)
	if err != nil || len(x.Trials) == 0 {
		return err
	}
	if rapid.Bool().Draw(t, "excludes") {
		return a.RuleOnTrial(ctx, id, x.Trials[0].ID, study.TrialRuling{Excluded: !x.Trials[0].Ruling.Excluded, Ground: study.GroundTechnical, At: studytest.Noon})
	}
	_, err = a.OpenAttempt(ctx, study.Attempt{Trial: x.Trials[0].ID, AskedAt: studytest.Noon})
	return err
}

// simulates adds somebody simulated, who consents.
func (a *actors) simulates(ctx context.Context) error {
	made, err := a.AddSimulated(ctx, a.version.Study, 1, studytest.Noon)
	if err != nil {
		return err
	}
	id, err := a.StartSession(ctx, made[0].ID, studytest.Noon)
	if err != nil {
		return err
	}
	return a.RecordConsent(ctx, id, false, studytest.Noon)
}

// hold checks what must be true whatever people do.
func (a *actors) hold(t *rapid.T, asked map[study.ParticipantID]bool) {
	ctx := t.Context()
	roster, err := a.Roster(ctx, a.version.ID)
	fatal(t, err)
	filled := 0
	for _, tally := range roster.Tallies(studytest.Noon) {
		filled += tally.Filled()
	}
	count := 0
	for i := range a.people {
		p, err := a.ParticipantByLink(ctx, a.people[i].Link)
		fatal(t, err)
		person := study.Person{Participant: p}
		if p.Session != 0 {
			person.Visit, err = a.Session(ctx, p.Session)
			fatal(t, err)
			if person.Visit.Assignment.Counts(studytest.Noon) {
				count++
			}
		}
		switch state := person.State(studytest.Noon); {
		case !p.ErasedAt.IsZero() && (p.Session != 0 || state != study.PersonWithdrawn || !asked[p.ID]):
			t.Fatalf("%s is erased, and has session %d and state %s; asked: %v", p.Code, p.Session, state, asked[p.ID])
		case p.Ruled == study.PlaceWithdrawn && state != study.PersonWithdrawn:
			t.Fatalf("%s withdrew and is %s", p.Code, state)
		case p.Session != 0 && person.Visit.Assignment.Ruling.State != p.Ruled:
			t.Fatalf("%s is ruled %q on the list and %q in the session", p.Code, p.Ruled, person.Visit.Assignment.Ruling.State)
		}
	}
	for _, taken := range roster.Taken {
		if !slices.ContainsFunc(a.people, func(p study.Participant) bool { return p.ID == taken.Participant }) {
			t.Fatalf("participant %d, who is simulated, has a place among people", taken.Participant)
		}
	}
	if filled != count {
		t.Fatalf("%d places are filled, and %d people count", filled, count)
	}
	taken := map[int]bool{}
	for _, t2 := range roster.Taken {
		if taken[t2.Arrival] {
			t.Fatalf("two people have arrival %d", t2.Arrival)
		}
		taken[t2.Arrival] = true
	}
}
