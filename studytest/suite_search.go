package studytest

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"vmstudy/study"
)

// Searching returns a design that searches for the crossover of two methods.
func Searching() study.Design {
	d := Design()
	d.Methods, d.Networks, d.Order = study.PlainLevels(study.VNC, study.Stream), nil, study.Random
	for i := range 5 {
		rtt := 20 * time.Millisecond << i
		d.Networks = append(d.Networks, study.NamedNetwork{Name: fmt.Sprint(rtt), Network: study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: rtt}})
	}
	d.Tasks[0].Forms = []study.Form{{Name: "A"}, {Name: "B"}}
	d.Crossover = study.Crossover{Near: "vnc", Far: "stream", Rating: "satisfaction.satisfaction", Least: 10 * time.Millisecond, Most: 640 * time.Millisecond, Pairs: 4}
	return d
}

// testSearchRulings ends pairs after a trial was excluded, and after the participant has withdrawn.
func testSearchRulings(l *lab) {
	x := l.visitor(Searching())
	for i, t := range x.Trials[1:] {
		l.turned(l.turned(l.opened(t), study.Running), study.Finished)
		if i == 0 {
			l.must(l.RuleOnTrial(l.ctx(), x.ID, t.ID, study.TrialRuling{Excluded: true, Ground: study.GroundTechnical, At: Noon}))
		}
		answer := []study.Answer{{Item: "satisfaction", Value: strconv.Itoa(1 + 6*i)}}
		l.must(l.RecordRating(l.ctx(), x.ID, t.ID, study.Rating{Instrument: "satisfaction", At: Noon, Answers: answer}))
	}
	before := x
	x = l.found(x.ID)
	want := l.found(x.ID)
	want.Trials = slices.Clone(want.Trials[:len(before.Trials)])
	untold := want.NextPair(nil) // as if nobody had answered
	if len(x.Trials) != len(before.Trials)+2 || len(untold) != 2 {
		l.Fatalf("after the first pair there are %d trials, and there were %d", len(x.Trials), len(before.Trials))
	}
	for i := range untold {
		untold[i].ID = x.Trials[len(before.Trials)+i].ID
	}
	l.wantEqual("the pair after one of which a trial is excluded", x.Trials[len(before.Trials):], untold)

	var running []study.Attempt
	for i, t := range x.Trials[len(before.Trials):] {
		a := l.turned(l.opened(t), study.Running)
		if running = append(running, a); i == 0 {
			l.must(l.ended(a))
		}
	}
	l.must(l.Rule(l.ctx(), x.ID, study.Ruling{State: study.PlaceWithdrawn, At: Noon}))
	l.must(l.ended(running[1]))
	l.wantEqual("trials of who withdrew while the second pair was under way", len(l.found(x.ID).Trials), len(x.Trials))
}

// ended records that an experimenter has ended the task of an attempt.
func (l *lab) ended(a study.Attempt) error {
	a.State, a.Outcome = study.Finished, study.EndedByExperimenter
	return l.RecordAttempt(l.ctx(), a, Noon, time.Second)
}

// testSearch lets somebody go through a search. Each pair comes with the fact that ends the one before, once, and is what the facts before it say.
func testSearch(l *lab) {
	x := l.visitor(Searching())
	if len(x.Trials) != 3 {
		l.Fatalf("a search begins with %d trials, want practice and a pair", len(x.Trials))
	}
	d := x.Version.Design
	for n := range d.Crossover.Pairs {
		pair := x.Trials[1+2*n:]
		for i, t := range pair {
			a := l.turned(l.opened(t), study.Running)
			if n == 1 && i == 1 { // nobody rates it, and the search goes on
				a.State, a.Outcome = study.Finished, study.EndedByExperimenter
				l.must(l.RecordAttempt(l.ctx(), a, Noon, time.Second))
				continue
			}
			l.turned(a, study.Finished)
			answer := []study.Answer{{Item: "satisfaction", Value: strconv.Itoa(2 + 3*i)}}
			var both sync.WaitGroup
			for range 2 { // as from two tabs
				both.Go(func() {
					if err := l.RecordRating(l.ctx(), x.ID, t.ID, study.Rating{Instrument: "satisfaction", At: Noon, Answers: answer}); err != nil {
						l.Error(err)
					}
				})
			}
			both.Wait()
			l.must(l.RecordRating(l.ctx(), x.ID, t.ID, study.Rating{Instrument: "tlx", At: Noon}))
		}
		ratings, err := l.Ratings(l.ctx(), x.ID)
		l.must(err)
		before := x
		if x = l.found(x.ID); n+1 == d.Crossover.Pairs {
			break
		}
		if len(x.Trials) != len(before.Trials)+2 {
			l.Fatalf("after pair %d there are %d trials, and there were %d", n+1, len(x.Trials), len(before.Trials))
		}
		before.Trials = l.found(x.ID).Trials[:len(before.Trials)]
		want := before.NextPair(ratings)
		for i := range want {
			want[i].ID = x.Trials[len(before.Trials)+i].ID
		}
		l.wantEqual("the pair that was laid out", x.Trials[len(before.Trials):], want)
		if want[0].Why == "" || want[0].Condition.Form == want[1].Condition.Form {
			l.Errorf("pair %d: %+v", n+2, want)
		}
	}
	l.wantEqual("trials at the end", len(x.Trials), 1+2*d.Crossover.Pairs)
	l.wantEqual("the step when the pairs are done and the practice is not", x.Step(), study.Step{Kind: study.StepAbout, Instrument: "about", Occasion: study.AtBeginning})
	for s, err := range l.source.Sessions(l.ctx(), filter(x.Version)) {
		l.must(err)
		l.wantEqual("why the first network was chosen, in an export", s.Trials[1].Why, x.Trials[1].Why)
		l.wantEqual("what was known at the last choice, in an export", s.Trials[len(s.Trials)-1].Told, x.Trials[len(x.Trials)-1].Told)
	}
}
