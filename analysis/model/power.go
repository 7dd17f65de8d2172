package model

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// A PowerPlan asks how often a planned test would find what the assumptions say is there. A difference is that of the second of Methods less the first.
type PowerPlan struct {
	Assumptions       // People is not looked at: see Sizes
	Sizes       []int // numbers of participants to try
	Test        Planned
	Claim       study.Claim // empty: study.Differs. Another one is of PlannedSignedRank and PlannedT only
	Margin      float64     // of a claim that needs one
	Alpha       float64     // 0: 0.05
	Runs        int         // studies of each size; 0: 1,000
	Seed        uint64      // the same seed gives the same studies, whatever else is asked
}

// A Powered is the answer for one number of participants.
type Powered struct {
	People   int
	Runs     int
	Found    int           // runs with p below Alpha
	Refused  int           // runs in which the test could not be done; they count as not found
	Power    float64       // Found/Runs
	Error    float64       // Monte Carlo standard error of Power
	Interval stat.Interval // of Power, Wilson's: what would be known better with more runs
}

// MostRuns is up to how many studies of each size Power makes up.
const MostRuns = 100_000

// Power simulates. It calls progress, unless that is nil, after each study, with how many are done of all. When ctx is done, it returns what
// is complete, in the order of Sizes, and context.Cause. Errors in the plan are refusals.
//
// With no difference in the assumptions Power is the test's false positives.
func Power(ctx context.Context, plan PowerPlan, progress func(done, all int)) ([]Powered, error) {
	plan, err := plan.settled()
	if err != nil {
		return nil, err
	}
	var curve []Powered
	for i, people := range plan.Sizes {
		at := Powered{People: people, Runs: plan.Runs}
		for run := range plan.Runs {
			if ctx.Err() != nil {
				return curve, fmt.Errorf("power with %d participants: %w", people, context.Cause(ctx))
			}
			p, err := plan.one(people, run)
			switch {
			case err != nil:
				at.Refused++
			case p < plan.Alpha:
				at.Found++
			}
			if progress != nil {
				progress(i*plan.Runs+run+1, len(plan.Sizes)*plan.Runs)
			}
		}
		if err := at.settle(); err != nil {
			return curve, err
		}
		curve = append(curve, at)
	}
	return curve, nil
}

// one makes up one study and tests it.
func (plan PowerPlan) one(people, run int) (float64, error) {
	a := plan.Assumptions
	a.People = people
	rng := rand.New(rand.NewPCG(plan.Seed, uint64(people)<<32|uint64(run)))
	rows := a.Rows(rng)
	if plan.Claim == study.Differs {
		return plan.Test.P(rows, a.Spec())
	}
	pairs, err := means(rows, a.method())
	if err != nil {
		return 0, err
	}
	v, err := Judge(study.Comparison{Test: study.PlannedTest(plan.Test), Claim: plan.Claim, Margin: plan.Margin}, pairs)
	return v.P, err
}

// Check refuses what Power would, with a sentence.
func (plan PowerPlan) Check() error {
	_, err := plan.settled()
	return err
}

// settled checks the plan and fills in what the zero value leaves open.
func (plan PowerPlan) settled() (PowerPlan, error) {
	if plan.Alpha == 0 {
		plan.Alpha = 0.05
	}
	if plan.Runs == 0 {
		plan.Runs = 1000
	}
	if plan.Claim == "" {
		plan.Claim = study.Differs
	}
	switch {
	case !(plan.Alpha > 0 && plan.Alpha < 1):
		return plan, refuse("The level of the test is %g; it lies between 0 and 1.", plan.Alpha)
	case plan.Runs < 1 || plan.Runs > MostRuns:
		return plan, refuse("Power is found by 1 to %d simulated studies, not %d.", MostRuns, plan.Runs)
	case len(plan.Sizes) == 0:
		return plan, refuse("No number of participants was given.")
	}
	if err := plan.checkTest(); err != nil {
		return plan, err
	}
	for _, n := range plan.Sizes {
		a := plan.Assumptions
		a.People = n
		if err := a.Check(); err != nil {
			return plan, err
		}
	}
	return plan, nil
}

func (plan PowerPlan) checkTest() error {
	ofPairs := plan.Test == PlannedSignedRank || plan.Test == PlannedT
	switch {
	case !slices.Contains(PlannedTests(), plan.Test):
		return refuse("There is no planned test %q.", string(plan.Test))
	case !slices.Contains(study.Claims(), plan.Claim):
		return refuse("There is no claim %q.", string(plan.Claim))
	case plan.Groups != (plan.Test == PlannedMannWhitney):
		return refuse("Groups of people are compared by the Mann-Whitney test, and by it nothing else is.")
	case plan.Claim != study.Differs && !ofPairs:
		return refuse("The test %q has no margin: it can show a difference only.", string(plan.Test))
	case plan.Claim != study.Differs && !(plan.Margin > 0 && plan.Margin <= 1e9):
		return refuse("A claim that is no difference needs a margin above 0, not %g.", plan.Margin)
	}
	return nil
}

// settle fills in what follows from the counts.
func (p *Powered) settle() (err error) {
	found := stat.Proportion{Hits: p.Found, N: p.Runs}
	if p.Power, err = found.Share(); err != nil {
		return err
	}
	p.Error = math.Sqrt(p.Power * (1 - p.Power) / float64(p.Runs))
	p.Interval, err = found.Interval()
	return err
}
