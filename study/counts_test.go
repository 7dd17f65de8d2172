package study

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// countable returns a session of one trial that counts, with a failed attempt before.
func countable(at time.Time) Session {
	return Session{
		Version: Version{Hash: "one"}, ConsentedAt: at,
		Assignment: Assignment{TakenAt: at, LeaseEnds: at.Add(Lease)},
		Trials: []Trial{{Position: 1, Attempts: []Attempt{
			{Number: 1, State: Failed}, {Number: 2, State: Finished, Outcome: SaidDone},
		}}},
	}
}

func TestWhatCountsAndWhyTheRestDoesNot(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		set     AnalysisSet
		change  func(*Session)
		session WhyNot
		trial   WhyNot
	}{
		"a finished trial counts":             {},
		"so does one that the limit ended":    {change: func(s *Session) { s.Trials[0].Attempts[1].Outcome = TimeUp }},
		"a pilot does not":                    {change: func(s *Session) { s.Participant.Pilot = true }, session: WasPilot, trial: WasPilot},
		"unless pilots are asked for":         {set: AnalysisSet{Pilots: true}, change: func(s *Session) { s.Participant.Pilot = true }},
		"a pilot who withdrew is a pilot":     {change: func(s *Session) { s.Participant.Pilot, s.Assignment.Ruling.State = true, PlaceWithdrawn }, session: WasPilot, trial: WasPilot},
		"who withdrew does not":               {change: func(s *Session) { s.Assignment.Ruling.State = PlaceWithdrawn }, session: HasWithdrawn, trial: HasWithdrawn},
		"who is excluded does not":            {change: func(s *Session) { s.Assignment.Ruling.State = PlaceExcluded }, session: WasExcluded, trial: WasExcluded},
		"until that is taken back":            {change: func(s *Session) { s.Assignment.Ruling.State = PlaceActive }},
		"who broke off has trials that count": {set: AnalysisSet{At: now.Add(2 * Lease)}},
		"another version does not":            {set: AnalysisSet{Versions: []string{"two"}}, session: OtherVersion, trial: OtherVersion},
		"one of several versions counts":      {set: AnalysisSet{Versions: []string{"two", "one"}}},
		"before consent nothing does":         {change: func(s *Session) { s.ConsentedAt = time.Time{} }, session: NoConsent, trial: NoConsent},
		"practice does not":                   {change: func(s *Session) { s.Trials[0].Position = 0 }, trial: WasPractice},
		"what is excluded does not":           {change: func(s *Session) { s.Trials[0].Ruling = TrialRuling{Excluded: true, At: now} }, trial: TrialExcluded},
		"until that is taken back, too":       {change: func(s *Session) { s.Trials[0].Ruling = TrialRuling{At: now} }},
		"what nobody began does not":          {change: func(s *Session) { s.Trials[0].Attempts = nil }, trial: NotStarted},
		"what still runs does not":            {change: func(s *Session) { s.Trials[0].Attempts[1].State = Running }, trial: NotFinished},
		"what failed at last does not":        {change: func(s *Session) { s.Trials[0].Attempts = s.Trials[0].Attempts[:1] }, trial: AttemptFailed},
		"what a restart cut off does not":     {change: func(s *Session) { s.Trials[0].Attempts[1].State = Interrupted }, trial: AttemptStopped},
		"what an experimenter ended does not": {change: func(s *Session) { s.Trials[0].Attempts[1].Outcome = EndedByExperimenter }, trial: EndedByOthers},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := countable(now)
			if tt.change != nil {
				tt.change(&s)
			}
			if tt.set.At.IsZero() {
				tt.set.At = now
			}
			if got := tt.set.Session(s); got != tt.session {
				t.Errorf("session: %q, want %q", got, tt.session)
			}
			if got := tt.set.Trial(s, s.Trials[0]); got != tt.trial {
				t.Errorf("trial: %q, want %q", got, tt.trial)
			}
		})
	}
}

// TestAtMostOneAttemptOfATrialCounts draws sessions that the states allow: only the newest attempt can have finished.
func TestAtMostOneAttemptOfATrialCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
		s, set := countable(now), AnalysisSet{At: now}
		before := rapid.SliceOfN(rapid.SampledFrom([]AttemptState{Failed, Interrupted}), 0, 4).Draw(t, "before")
		last := rapid.SampledFrom([]AttemptState{Preparing, Running, Failed, Interrupted, Finished}).Draw(t, "last")
		s.Trials[0].Position = rapid.IntRange(0, 1).Draw(t, "position")
		s.Trials[0].Attempts = nil
		for i, state := range append(before, last) {
			a := Attempt{Number: i + 1, State: state}
			if state == Finished {
				a.Outcome = rapid.SampledFrom([]Outcome{Completed, SaidDone, GaveUp, TimeUp, EndedByExperimenter}).Draw(t, "outcome")
			}
			s.Trials[0].Attempts = append(s.Trials[0].Attempts, a)
		}
		trial, n := s.Trials[0], 0
		for _, a := range trial.Attempts {
			if set.Attempt(s, trial, a) == Counts {
				n++
			}
		}
		if whole := set.Trial(s, trial) == Counts; n > 1 || whole != (n == 1) {
			t.Fatalf("%d attempts count, and the trial: %v", n, whole)
		}
	})
}

func TestWhatExperimentersDecideIsByHand(t *testing.T) {
	var got []WhyNot
	for _, r := range Reasons() {
		if r.Why.ByHand() {
			got = append(got, r.Why)
		}
	}
	if want := []WhyNot{WasExcluded, TrialExcluded, EndedByOthers}; !slices.Equal(got, want) {
		t.Errorf("by hand: %q, want %q", got, want)
	}
}

func TestEveryReasonIsExplainedOnce(t *testing.T) {
	seen := map[WhyNot]bool{}
	for _, r := range Reasons() {
		if seen[r.Why] || r.Says == "" || r.Why == Counts {
			t.Errorf("%q is there twice, or says nothing", r.Why)
		}
		seen[r.Why] = true
	}
	for _, why := range []WhyNot{
		WasPilot, HasWithdrawn, WasExcluded, OtherVersion, NoConsent, WasPractice, NotStarted, NotFinished, AttemptFailed, AttemptStopped, EndedByOthers, NotAnAnswer,
	} {
		if !seen[why] {
			t.Errorf("%q is not explained", why)
		}
	}
}
