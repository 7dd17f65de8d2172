package study_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// asking returns a design in which something is asked at every occasion, in two visits and in blocks of tasks.
func asking() study.Design {
	d := demo()
	d.Methods, d.Networks = study.PlainLevels(study.Local), nil
	d.Repetitions, d.PauseEvery, d.PauseLeast = 2, 0, 0
	d.Blocks = study.Blocks{By: study.TaskFactor, Order: study.Fixed}
	age := instrument.Instrument{
		ID: "fit", Version: 1, Title: study.Plain("Fit?"),
		Items: []instrument.Item{{ID: "age", Text: study.Plain("How old are you?"), Kind: instrument.Number}},
	}
	d.Questionnaires = append(d.Questionnaires, age)
	adult := instrument.Decimal(0)
	adult, _ = instrument.ParseDecimal("17")
	d.Screening, d.TurnAway = []string{"fit"}, []instrument.When{{Item: "age", AtMost: &adult}}
	d.TurnedAway = study.Plain("This study is for adults. Thank you all the same.")
	d.Opening, d.AfterPractice, d.Instruments, d.AfterBlock, d.AfterVisit, d.Closing = []string{"mood"}, []string{"seq"}, []string{"satisfaction"}, []string{"tlx"}, []string{"smeq"}, []string{"sus"}
	d.Visits = []study.Visit{{After: 2, Apart: 24 * time.Hour}}
	return d
}

// walk goes through a session of d and returns its steps in words.
func walk(d study.Design) (steps []string) {
	at := time.Unix(1_000_000, 0)
	s := study.Session{Version: study.Version{Design: d}}
	for range 100 {
		step := s.Step()
		word := string(step.Kind)
		if step.Instrument != "" {
			word = string(step.Occasion) + ":" + step.Instrument
		}
		steps = append(steps, word)
		switch step.Kind {
		case study.StepConsent:
			s.ConsentedAt = at
			if c, ok := d.PracticeCondition(); ok {
				s.Trials = append(s.Trials, study.Trial{Condition: c})
			}
			for i, c := range d.Plan(0) {
				s.Trials = append(s.Trials, study.Trial{Position: i + 1, Condition: c})
			}
		case study.StepScreening:
			s.Rated, s.ScreenedAt = append(s.Rated, step.Instrument), at
		case study.StepAbout:
			s.AboutAt = at
		case study.StepOpening, study.StepClosing:
			s.Rated = append(s.Rated, step.Instrument)
		case study.StepPause, study.StepReturn:
			s.Trials[step.Trial].ReadyAt = at
		case study.StepBrief, study.StepDesktop:
			s.Trials[step.Trial].Attempts = tried(study.Finished)
		case study.StepRate:
			s.Trials[step.Trial].Rated = append(s.Trials[step.Trial].Rated, step.Instrument)
		default:
			return steps
		}
	}
	return steps
}

func TestEverythingIsAskedWhenItIsMeantToBe(t *testing.T) {
	want := []string{
		"consent", "screening:fit", "beginning:about", "beginning:mood", "brief", "after_practice:seq",
		"brief", "after_trial:satisfaction", "after_block:tlx",
		"brief", "after_trial:satisfaction", "after_block:tlx", "after_visit:smeq",
		"return", "brief", "after_trial:satisfaction", "after_block:tlx",
		"brief", "after_trial:satisfaction", "after_block:tlx", "after_visit:smeq",
		"end:sus", "end",
	}
	if diff := cmp.Diff(want, walk(asking())); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
}

// Blocks of two rounds that meet are two, and what comes first is in none: so everybody is asked equally often, as often as the estimate says.
func TestEachBlockOfEachRoundIsAskedAbout(t *testing.T) {
	for name, tt := range map[string]struct {
		first []string
		want  string
	}{
		"two rounds that meet with one task": {nil, "brief after_block pause brief after_block pause brief after_block pause brief after_block"},
		"a condition that comes first":       {[]string{"local/none/type"}, "brief brief after_block pause brief after_block"},
	} {
		d := asking()
		d.Practice, d.AfterPractice, d.Visits, d.AfterVisit = nil, nil, nil, nil
		d.Blocks, d.First = study.Blocks{By: study.TaskFactor, Order: study.Latin, Pause: true}, tt.first
		var got []string
		for _, step := range walk(d) {
			switch word, _, _ := strings.Cut(step, ":"); word {
			case "brief", "pause", "after_block":
				got = append(got, word)
			}
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		without := d
		without.AfterBlock, d.AfterBlock = nil, []string{"tlx", "smeq", "sus"} // which take a minute
		if longer, asked := d.Estimate()-without.Estimate(), strings.Count(tt.want, "after_block"); longer != time.Duration(asked)*time.Minute {
			t.Errorf("%s: the estimate is longer by %v, want %d min", name, longer, asked)
		}
	}
}

// What is asked about a block or a visit is asked once, after its last trial, and every trial in it can find it there.
func TestEveryTrialFindsWhatIsAskedAboutItsBlockAndItsVisit(t *testing.T) {
	plain := asking() // practice and four trials: type, paint, type, paint
	alone := asking()
	alone.Visits, alone.AfterVisit, alone.First = nil, nil, []string{"local/none/type"}
	for name, tt := range map[string]struct {
		d    study.Design
		o    study.Occasion
		want []int // for each trial the index of the one that has the answers; -1: none has
	}{
		"each task is a block":           {plain, study.AfterBlock, []int{-1, 1, 2, 3, 4}},
		"two visits":                     {plain, study.AfterVisit, []int{-1, 2, 2, 4, 4}},
		"a trial by itself":              {plain, study.AfterTrial, []int{-1, 1, 2, 3, 4}},
		"the practice":                   {plain, study.AfterPractice, []int{0, -1, -1, -1, -1}},
		"what comes first is in none":    {alone, study.AfterBlock, []int{-1, -1, 2, 3}},
		"a study of one visit has none":  {alone, study.AfterVisit, []int{-1, -1, -1, -1}},
		"what is asked of no trial":      {plain, study.AtEnd, []int{-1, -1, -1, -1, -1}},
		"what is asked in the screening": {plain, study.AtScreening, []int{-1, -1, -1, -1, -1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := study.Session{Version: study.Version{Design: tt.d}}
			c, _ := tt.d.PracticeCondition()
			s.Trials = append(s.Trials, study.Trial{Condition: c})
			for i, c := range tt.d.Plan(0) {
				s.Trials = append(s.Trials, study.Trial{Position: i + 1, Condition: c})
			}
			var got []int
			for i := range s.Trials {
				bearer, ok := s.Bearer(tt.o, i)
				if !ok {
					bearer = -1
				}
				got = append(got, bearer)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestProgressCountsWhatIsAsked(t *testing.T) {
	d := asking()
	s := study.Session{Version: study.Version{Design: d}}
	_, before := s.Progress()
	if want := len(walk(d)) - 2; before != want { // the end is no step of it, nor is the time between two visits
		t.Errorf("%d steps before consent, want %d", before, want)
	}
}

func TestAnOccasionFollowsFromTheTrialAndTheInstrument(t *testing.T) {
	d := asking()
	for _, tt := range []struct {
		id       string
		position int
		want     study.Occasion
	}{
		{"fit", -1, study.AtScreening},
		{"about", -1, study.AtBeginning},
		{"mood", -1, study.AtBeginning},
		{"seq", 0, study.AfterPractice},
		{"satisfaction", 3, study.AfterTrial},
		{"tlx", 1, study.AfterBlock},
		{"smeq", 4, study.AfterVisit},
		{"sus", -1, study.AtEnd},
		{"asked no more", 2, study.AfterTrial},
	} {
		if got := d.OccasionOf(tt.id, tt.position); got != tt.want {
			t.Errorf("%s about trial %d was asked %s, want %s", tt.id, tt.position, got, tt.want)
		}
	}
}

func TestOccasionsAreChecked(t *testing.T) {
	if faults := slices.DeleteFunc(asking().Faults(), func(f study.Fault) bool { return strings.HasPrefix(f.At, "questionnaires") }); len(faults) > 0 {
		t.Fatal(faults)
	}
	for name, tt := range map[string]struct {
		change func(*study.Design)
		at     string
	}{
		"the same after a trial and after a block": {func(d *study.Design) { d.AfterBlock = []string{"satisfaction"} }, "after_block[0]"},
		"the same at the beginning and at the end": {func(d *study.Design) { d.Closing = []string{"mood"} }, "closing[0]"},
		"about the person twice":                   {func(d *study.Design) { d.Opening = []string{"about"} }, "opening[0]"},
		"twice in a row":                           {func(d *study.Design) { d.AfterVisit = []string{"smeq", "smeq"} }, "after_visit[1]"},
		"after a practice that there is not":       {func(d *study.Design) { d.Practice = nil }, "after_practice"},
		"after blocks that there are not":          {func(d *study.Design) { d.Blocks = study.Blocks{} }, "after_block"},
		"after visits that there are not":          {func(d *study.Design) { d.Visits = nil }, "after_visit"},
		"a rule without a screening":               {func(d *study.Design) { d.Screening = nil }, "turn_away"},
		"a rule about another question":            {func(d *study.Design) { d.TurnAway[0].Item = "weight" }, "turn_away[0].item"},
		"a rule without answers":                   {func(d *study.Design) { d.TurnAway = []instrument.When{{Item: "age"}} }, "turn_away[0].is"},
		"a rule about an answer that is none":      {func(d *study.Design) { d.TurnAway = []instrument.When{{Item: "age", Is: []string{"17", "Yes"}}} }, "turn_away[0].is"},
		"a number of a question without numbers": {func(d *study.Design) {
			d.Questionnaires[len(d.Questionnaires)-1].Items[0] = instrument.Item{ID: "age", Text: study.Plain("Are you an adult?"), Kind: instrument.Choice, Options: []instrument.Option{{Value: "yes"}, {Value: "no"}}}
		}, "turn_away[0].item"},
		"a group by an answer that is none": {func(d *study.Design) {
			d.Groups = []study.Group{{Name: "old", Answered: &instrument.When{Item: "age", Is: []string{"sixty"}}}, {Name: "others"}}
		}, "groups[0].answered.is"},
		"a group by a question of no screening": {func(d *study.Design) {
			d.About = ""
			d.Groups = []study.Group{{Name: "old", Answered: &instrument.When{Item: "weight", Is: []string{"60"}}}, {Name: "others"}}
		}, "groups[0].answered.item"},
		"about the person and in the screening": {func(d *study.Design) { d.About = "fit" }, "screening[0]"},
		"nothing to read for those turned away": {func(d *study.Design) { d.TurnedAway = nil }, "turned_away"},
		"a visit without a trial":               {func(d *study.Design) { d.Visits[0].After = 0 }, "visits[0].after_trials"},
		"a visit behind the last trial":         {func(d *study.Design) { d.Visits[0].After = 4 }, "visits[0].after_trials"},
		"visits in another order":               {func(d *study.Design) { d.Visits = append(d.Visits, study.Visit{After: 1}) }, "visits[1].after_trials"},
		"a year between visits":                 {func(d *study.Design) { d.Visits[0].Apart = 365 * 24 * time.Hour }, "visits[0].apart_h"},
	} {
		d := asking()
		d.TurnAway, d.Visits = slices.Clone(d.TurnAway), slices.Clone(d.Visits)
		tt.change(&d)
		if !slices.ContainsFunc(d.Faults(), func(f study.Fault) bool { return f.At == tt.at }) {
			t.Errorf("%s: faults %v, want one at %s", name, d.Faults(), tt.at)
		}
	}
	if d := asking(); d.TurnsAway(map[string]string{"age": "18"}) || !d.TurnsAway(map[string]string{"age": "17"}) || d.TurnsAway(nil) {
		t.Error("the rule of the screening is not followed")
	}
}

// Who is screened has a place only then, also in a study without groups and in a group that nothing else decides on. Groups may depend on the screening.
func TestNobodyHasAPlaceBeforeTheScreening(t *testing.T) {
	for name, d := range map[string]study.Design{"without groups": asking(), "with groups": func() study.Design {
		d := asking()
		d.Groups = []study.Group{{Name: "old", Answered: &instrument.When{Item: "age", Is: []string{"60"}}}, {Name: "others"}}
		return d
	}()} {
		if groups, err := d.GroupsFor(study.Newcomer{Code: "P001", Put: "others"}); err != nil || len(groups) > 0 {
			t.Errorf("%s: groups %v, %v before the screening", name, groups, err)
		}
		want := "others"
		if len(d.Groups) == 0 {
			want = ""
		}
		if groups, err := d.GroupsFor(study.Newcomer{Code: "P001", Screened: true, Answers: map[string]string{"age": "30"}}); err != nil || !slices.Equal(groups, []string{want}) {
			t.Errorf("%s: groups %v, %v after the screening", name, groups, err)
		}
	}
}

func TestWhoComesBackTooEarlyWaits(t *testing.T) {
	d := asking()
	done := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	s := visit()
	s.Version.Design, s.ScreenedAt, s.Rated = d, done, []string{"fit", "mood"}
	for i, c := range d.Plan(0) {
		trial := study.Trial{Position: i + 1, Condition: c}
		if i < 2 {
			trial.Attempts = []study.Attempt{{State: study.Finished, EndedAt: done.Add(-time.Hour)}}
			trial.Rated, trial.RatedAt = []string{"satisfaction", "tlx", "smeq"}, done
		}
		s.Trials = append(s.Trials, trial)
	}
	if step := s.Step(); step.Kind != study.StepReturn || step.Trial != 2 || s.Visit() != 2 {
		t.Fatalf("step %+v of visit %d", step, s.Visit())
	}
	back := done.Add(23 * time.Hour) // a day after the last trial
	if got := s.RestsUntil(); !got.Equal(back) {
		t.Errorf("they can come back at %v, want %v", got, back)
	}
	if err := s.MayGoOnAt(back.Add(-time.Second)); !errors.Is(err, study.ErrConflict) || !strings.Contains(study.Sentence(err), "too early") {
		t.Errorf("a second before: %v", err)
	}
	if err := s.MayGoOnAt(back); err != nil {
		t.Error(err)
	}
	if got, want := s.LeaseUntil(done), back.Add(study.ReturnLease); !got.Equal(want) {
		t.Errorf("the place is kept until %v, want %v", got, want)
	}
	if err := s.MayGoOnAt(done.Add(-48 * time.Hour)); err == nil || s.Rests(done.Add(-48*time.Hour)) != 24*time.Hour {
		t.Errorf("the clock was set back behind the last trial: %v, and the rest is %v", err, s.Rests(done.Add(-48*time.Hour)))
	}
	leaves := s
	leaves.Trials = slices.Clone(s.Trials)
	leaves.Trials[1].Rated = []string{"satisfaction"}
	if got, want := leaves.LeaseUntil(done), back.Add(study.ReturnLease); leaves.Step().Kind != study.StepRate || !got.Equal(want) {
		t.Errorf("who leaves before the last questionnaires keeps the place until %v, want %v", got, want)
	}
	if late := back.Add(time.Hour); !s.LeaseUntil(late).Equal(late.Add(study.ReturnLease)) {
		t.Errorf("who could come back loses the place at %v", s.LeaseUntil(late))
	}
	s.Trials[2].ReadyAt = back
	if step := s.Step(); step.Kind != study.StepBrief || !s.LeaseUntil(back).Equal(back.Add(study.Lease)) {
		t.Errorf("in the second visit: step %+v", step)
	}
}
