package study_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
)

// searching returns a design that searches for the crossover of the screen and the stream among six networks.
func searching() study.Design {
	d := demo()
	d.Methods, d.Networks, d.Order, d.Seed = study.PlainLevels(study.VNC, study.Stream), nil, study.Random, 49
	for i := range 6 {
		rtt := 10 * time.Millisecond << i
		d.Networks = append(d.Networks, study.NamedNetwork{Name: fmt.Sprint(rtt), Network: study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: rtt}})
	}
	d.Crossover = study.Crossover{Near: "vnc", Far: "stream", Rating: "satisfaction.satisfaction", Least: 5 * time.Millisecond, Most: 640 * time.Millisecond, Pairs: 6}
	return d
}

// seated returns a session of d whose participant has a place and the first trials.
func seated(d study.Design, sequence int) study.Session {
	at := time.Unix(1, 0)
	s := study.Session{
		Version: study.Version{Design: d}, ConsentedAt: at, AboutAt: at, Assignment: study.Assignment{Place: study.Place{Sequence: sequence}, TakenAt: at},
	}
	return laidOut(s, d.Laid(sequence))
}

func laidOut(s study.Session, trials []study.Trial) study.Session {
	s.Trials = slices.Clone(s.Trials)
	for _, t := range trials {
		t.ID = study.TrialID(len(s.Trials) + 1)
		s.Trials = append(s.Trials, t)
	}
	return s
}

type given = map[study.TrialID][]study.Rating

// done lets the last trials of s that are not over end: rated by answer, which says nothing with "". An empty outcome is a task that was completed.
func done(s study.Session, ratings given, answer func(study.Trial) (value string, outcome study.Outcome)) {
	for i, t := range s.Trials {
		if t.Last().State == study.Finished {
			continue
		}
		value, outcome := answer(t)
		if outcome == "" {
			outcome = study.Completed
		}
		t.Attempts = []study.Attempt{{State: study.Finished, Outcome: outcome}}
		if outcome != study.EndedByExperimenter && !t.Practice() {
			t.Rated = []string{"satisfaction", "tlx"}
			r := study.Rating{Instrument: "satisfaction"}
			if value != "" {
				r.Answers = []study.Answer{{Item: "satisfaction", Value: value}}
			}
			ratings[t.ID] = append(ratings[t.ID], r)
		}
		s.Trials[i] = t
	}
}

// searched lets somebody go through a whole search.
func searched(d study.Design, sequence int, answer func(study.Trial) (string, study.Outcome)) (study.Session, given) {
	s, ratings := seated(d, sequence), given{}
	for {
		done(s, ratings, answer)
		more := s.NextPair(ratings)
		if len(more) == 0 {
			return s, ratings
		}
		s = laidOut(s, more)
	}
}

// Every pair can be chosen again from what was on record before it: the same seed and facts give the same choices, whenever and by whom they are made.
func TestTheSameSeedAndFactsGiveTheSameChoices(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := searching()
		d.Seed = rapid.Uint64().Draw(t, "seed")
		d.Crossover.Pairs = rapid.IntRange(1, 8).Draw(t, "pairs")
		d.Crossover.Width = rapid.SampledFrom([]float64{0, 1, 3}).Draw(t, "width")
		d.Tasks[0].Forms = []study.Form{{Name: "A"}, {Name: "B"}}
		sequence := rapid.IntRange(0, 9999).Draw(t, "sequence")
		s, ratings := searched(d, sequence, func(study.Trial) (string, study.Outcome) {
			return rapid.SampledFrom([]string{"", "1", "4", "7"}).Draw(t, "answer"), rapid.SampledFrom([]study.Outcome{"", "", study.GaveUp, study.EndedByExperimenter}).Draw(t, "outcome")
		})
		if n := len(s.Trials) - 1; n > d.TrialsAtMost() || n%2 != 0 || n == 0 {
			t.Fatalf("%d trials, at most %d", n, d.TrialsAtMost())
		}
		for n := 1; n < len(s.Trials); n += 2 {
			before := s
			before.Trials = s.Trials[:n]
			want := s.Trials[n : n+2]
			again := laidOut(before, before.NextPair(ratings)).Trials[n:] // ratings of later trials must not matter
			if n == 1 {
				again = seated(d, sequence).Trials[1:]
			}
			for i := range again {
				if again[i].Condition.Code() != want[i].Condition.Code() || again[i].Why != want[i].Why || again[i].Condition.Form != want[i].Condition.Form || again[i].Position != n+i {
					t.Fatalf("pair %d is now %+v, and was %+v", n/2+1, again[i], want[i])
				}
			}
			if retold := madeAgain(t, d, sequence, s.Trials[1:n], want[0].Told); retold[0].Why != want[0].Why || retold[1].Condition.Code() != want[1].Condition.Code() || retold[1].Told != want[1].Told {
				t.Fatalf("by what was told, pair %d is %+v, and was %+v", n/2+1, retold, want)
			}
			if a, b := want[0].Condition, want[1].Condition; a.Network.Name != b.Network.Name || a.Task.Level() != b.Task.Level() || a.Access.Level() == b.Access.Level() || want[0].Why == "" {
				t.Fatalf("pair %d is %s and %s, since %q", n/2+1, a.Code(), b.Code(), want[0].Why)
			}
			half := s
			half.Trials = slices.Clone(s.Trials[:n+2])
			half.Trials[n+1].Attempts = nil
			if more := half.NextPair(ratings); more != nil {
				t.Fatalf("a pair is laid out before the one before is over: %+v", more)
			}
		}
	})
}

// madeAgain makes the choice after some trials anew, from what each of them has on record.
func madeAgain(t interface{ Fatalf(string, ...any) }, d study.Design, sequence int, before []study.Trial, told string) study.Pair {
	var networks []string
	for i := 0; i < len(before); i += 2 {
		networks = append(networks, before[i].Condition.Network.Name)
	}
	pair, more := d.PairAfter(sequence, networks, told)
	if !more {
		t.Fatalf("after %q over %v there is no pair", told, networks)
	}
	return pair
}

// A trial that is excluded later changes what its pair tells, and none of the choices that were made before.
func TestAChoiceCanBeMadeAgainAfterAnExclusion(t *testing.T) {
	d := searching()
	s, ratings := searched(d, 5, func(x study.Trial) (string, study.Outcome) {
		return map[bool]string{true: "7", false: "1"}[x.Condition.Method == study.VNC], ""
	})
	last := s.Trials[len(s.Trials)-2:]
	for i := range s.Trials[1:] {
		s.Trials[i+1].Ruling.Excluded = true
	}
	before := s
	before.Trials = s.Trials[:len(s.Trials)-2]
	if now := before.NextPair(ratings); now[0].Why == last[0].Why {
		t.Fatal("the exclusions change nothing here")
	}
	if again := madeAgain(t, d, 5, before.Trials[1:], last[0].Told); again[0].Why != last[0].Why || again[0].Condition.Code() != last[0].Condition.Code() {
		t.Errorf("by what was told, the last pair is %+v, and was %+v", again, last)
	}
	if !strings.HasPrefix(last[0].Told, "near near") {
		t.Errorf("what was told is %q", last[0].Told)
	}
}

// Somebody who finds the stream better from 100 ms on is asked about ever nearer networks, and each method comes first at times.
func TestASearchComesToTheCrossover(t *testing.T) {
	d := searching()
	d.Crossover.Pairs, d.Crossover.Width = 30, 2
	s, ratings := searched(d, 3, func(t study.Trial) (string, study.Outcome) {
		liked := t.Condition.Method == study.VNC == (t.Condition.Network.Network.RTT < 100*time.Millisecond)
		return map[bool]string{true: "6", false: "3"}[liked], ""
	})
	search, err := d.Searched(3, s.Trials[1:], ratings)
	if err != nil {
		t.Fatal(err)
	}
	b := search.Beliefs()[0]
	if b.Low > 100*time.Millisecond || b.High < 100*time.Millisecond || b.Width > 2 || b.Bandwidth != "20 Mbps" {
		t.Errorf("%+v, want about 100 ms", b)
	}
	first := map[study.AccessMethod]int{}
	for i := 1; i < len(s.Trials); i += 2 {
		first[s.Trials[i].Condition.Method]++
	}
	if len(s.Trials) >= 61 || len(first) != 2 {
		t.Errorf("%d trials; first came %v", len(s.Trials), first)
	}
	d.Crossover.LowIsGood = true
	if search, err := d.Searched(3, s.Trials[1:], ratings); err != nil || search.Beliefs()[0] == b {
		t.Errorf("where the low end is good the same ratings tell the same: %v", err)
	}
}

// A pair of which an experimenter has excluded a trial tells nothing: the next network is the one after a pair without answers. If that is taken back, it tells again.
func TestAnExcludedTrialDoesNotInformTheNextChoice(t *testing.T) {
	liked := func(near, far string) func(study.Trial) (string, study.Outcome) {
		return func(t study.Trial) (string, study.Outcome) {
			return map[bool]string{true: near, false: far}[t.Condition.Method == study.VNC], ""
		}
	}
	after := func(near, far string, excluded bool) []study.Trial {
		s, ratings := seated(searching(), 1), given{}
		done(s, ratings, liked(near, far))
		s.Trials[2].Ruling.Excluded = excluded
		return s.NextPair(ratings)
	}
	chosen := func(pair []study.Trial) string { return pair[0].Condition.Network.Name + ", since " + pair[0].Why }
	near, far := chosen(after("7", "1", false)), chosen(after("1", "7", false))
	if near == far {
		t.Fatalf("both answers lead to %s: nothing could be told apart here", near)
	}
	nothing := chosen(after("", "", false))
	for _, answers := range [][2]string{{"7", "1"}, {"1", "7"}} {
		if got := chosen(after(answers[0], answers[1], true)); got != nothing {
			t.Errorf("after the excluded answers %v comes %s; after none comes %s", answers, got, nothing)
		}
	}
}

// A withdrawal cannot be taken back, so nothing more is laid out. Who is dropped or excluded may be let go on, and then finds the next pair.
func TestNothingIsLaidOutForWhoHasWithdrawn(t *testing.T) {
	for state, more := range map[study.PlaceState]int{"": 2, study.PlaceActive: 2, study.PlaceDropped: 2, study.PlaceExcluded: 2, study.PlaceWithdrawn: 0} {
		s, ratings := seated(searching(), 1), given{}
		done(s, ratings, func(study.Trial) (string, study.Outcome) { return "", study.EndedByExperimenter })
		s.Assignment.Ruling.State = state
		if got := s.NextPair(ratings); len(got) != more {
			t.Errorf("after the ruling %q there are %d more trials, want %d", state, len(got), more)
		}
	}
}

func TestASearchIsAsLongAsItMayBe(t *testing.T) {
	d := searching()
	if faults := d.Faults(); len(faults) > 0 {
		t.Fatal(faults)
	}
	grid := d
	grid.Crossover = study.Crossover{}
	if d.TrialsAtMost() != 12 || d.Sequences() < 1000 || len(d.Conditions()) != 24 || grid.TrialsAtMost() != 24 || d.Estimate() >= grid.Estimate() {
		t.Errorf("%d trials, %d sequences, %d conditions, %v", d.TrialsAtMost(), d.Sequences(), len(d.Conditions()), d.Estimate())
	}
	d.Crossover.Networks = []string{"20ms", "40ms"}
	if n, passed := len(d.Conditions()), d.Passed(); n != 8 || len(passed) != 2 {
		t.Errorf("%d conditions in %d networks, want 8 in those that are chosen among", n, len(passed))
	}
	s := seated(d, 0)
	_, before := s.Progress()
	done(s, given{}, func(study.Trial) (string, study.Outcome) { return "4", "" })
	if passed, total := s.Progress(); passed != total || total >= before {
		t.Errorf("at the end of a search %d of %d pages are done; there were up to %d", passed, total, before)
	}
}

func TestWhatASearchCannotBeIsTold(t *testing.T) {
	for name, tc := range map[string]struct {
		at     string
		change func(*study.Design)
	}{
		"a method that is not there":      {"crossover.near", func(d *study.Design) { d.Crossover.Near = "gone" }},
		"a method that passes no network": {"crossover.far", func(d *study.Design) { d.Methods[1], d.Crossover.Far = study.Access{Method: study.Local}, "local" }},
		"a method with itself":            {"crossover.far", func(d *study.Design) { d.Crossover.Far = "vnc" }},
		"a method that nobody would meet": {"methods", func(d *study.Design) { d.Methods = study.PlainLevels(study.AccessMethods()...) }},
		"a network that is not there":     {"crossover.networks[1]", func(d *study.Design) { d.Crossover.Networks = []string{"10ms", "gone"} }},
		"one network":                     {"crossover.networks", func(d *study.Design) { d.Crossover.Networks = []string{"10ms"} }},
		"a network that changes": {"crossover.networks", func(d *study.Design) {
			d.Networks[0].Network.Schedule.Phases = []study.Phase{{For: time.Second, Outage: true}}
		}},
		"a question that is not asked": {"crossover.rating", func(d *study.Design) { d.Crossover.Rating = "annoyance.annoyance" }},
		"no pairs":                     {"crossover.pairs", func(d *study.Design) { d.Crossover.Pairs = 0 }},
		"more pairs than anybody does": {"crossover.pairs", func(d *study.Design) { d.Crossover.Pairs = 101 }},
		"a crossover at no distance":   {"crossover.least_ms", func(d *study.Design) { d.Crossover.Least = 0 }},
		"a range without width":        {"crossover.most_ms", func(d *study.Design) { d.Crossover.Most = d.Crossover.Least }},
		"only lapses":                  {"crossover.lapse_percent", func(d *study.Design) { d.Crossover.Lapse = 0.5 }},
		"a width below 0":              {"crossover.width_octaves", func(d *study.Design) { d.Crossover.Width = -1 }},
		"a width that is there before": {"crossover.width_octaves", func(d *study.Design) { d.Crossover.Width = 7 }}, // 5 to 640 ms are 7 octaves
		"an order that is laid out":    {"order", func(d *study.Design) { d.Order = study.Williams }},
		"rounds":                       {"repetitions", func(d *study.Design) { d.Repetitions = 2 }},
		"blocks":                       {"blocks.by", func(d *study.Design) { d.Blocks = study.Blocks{By: study.TaskFactor, Order: study.Random} }},
		"a condition that comes first": {"first", func(d *study.Design) { d.First = []string{"vnc/10ms/type"} }},
		"a condition that is left out": {"leave_out", func(d *study.Design) { d.LeaveOut = []string{"vnc/10ms/type"} }},
		"several visits":               {"visits", func(d *study.Design) { d.Visits = []study.Visit{{After: 2}} }},
		"a further factor": {"factors", func(d *study.Design) {
			d.Factors = []study.FreeFactor{{Name: "light", Levels: []study.FreeLevel{{Name: "on"}, {Name: "off"}}}}
		}},
		"a comparison that needs a full grid": {"preregistration.comparisons", func(d *study.Design) { d.Preregistration.Comparisons = planned().Preregistration.Comparisons }},
	} {
		d := searching()
		tc.change(&d)
		if !slices.ContainsFunc(d.Faults(), func(f study.Fault) bool { return f.At == tc.at }) {
			t.Errorf("%s: no fault of %s among %v", name, tc.at, d.Faults())
		}
	}
}

// A draft may be half done: nothing that pages ask of it may fail.
func TestAnUnfinishedSearchCanBeLookedAt(t *testing.T) {
	for name, change := range map[string]func(*study.Design){
		"with nothing but a number":   func(d *study.Design) { d.Crossover = study.Crossover{Pairs: 3} },
		"without tasks":               func(d *study.Design) { d.Tasks = nil },
		"without networks":            func(d *study.Design) { d.Networks = nil },
		"with a method that has gone": func(d *study.Design) { d.Crossover.Near = "gone" },
		"with a million pairs, and visits": func(d *study.Design) {
			d.Crossover.Pairs, d.Crossover.Near, d.Visits = 1_000_000, "gone", []study.Visit{{After: 2}}
		},
		"with a number of pairs below": func(d *study.Design) { d.Crossover.Pairs = -5 },
	} {
		d := searching()
		change(&d)
		if len(d.Plan(0)) > 0 || len(d.Faults()) == 0 {
			t.Errorf("%s it has the plan %v, and %d faults", name, d.Plan(0), len(d.Faults()))
		}
		d.Sequences()
		d.Estimate()
		d.PlanHash()
	}
}

// Who is blind reads neither why a network was chosen nor which method is the near one.
func TestABlindedSearchDoesNotTellTheMethods(t *testing.T) {
	s, _ := searched(searching(), 0, func(study.Trial) (string, study.Outcome) { return "4", "" })
	b := study.Blinding{Key: []byte("key")}
	blind := b.Session(s)
	for _, trial := range blind.Trials {
		if trial.Why != "" {
			t.Errorf("trial %d tells that %s", trial.Position, trial.Why)
		}
	}
	want := study.Crossover{Rating: "satisfaction.satisfaction", Pairs: 6}
	if diff := cmp.Diff(want, blind.Version.Design.Crossover); diff != "" {
		t.Errorf("the search (-want +got):\n%s", diff)
	}
	if n := strconv.Itoa(len(blind.Version.Design.Conditions())); n != "24" {
		t.Errorf("%s conditions, want 24", n)
	}
}
