package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/model"
	"vmstudy/study"
)

// Assumed is what a researcher assumes of a study that is not run yet, about the outcome of a planned comparison and in its unit.
type Assumed struct {
	Level      float64 // mean of the second level; nothing to say of outcomes without a scale
	Difference float64 // mean of the first level less that of the second
	Between    float64 // standard deviation of people's own level
	Taste      float64 // standard deviation of people's own difference
	Within     float64 // standard deviation of what one person gives in one condition
	Runs       int     // studies that are made up for each number of people
	Seed       uint64
}

// Sizes are the numbers of participants that a curve of power has.
func Sizes() []int { return []int{6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 36, 40, 44, 48, 54, 60} }

// Goal is the power that studies usually aim at.
const Goal = 0.8

// MostSimulated is up to how many studies a curve has for each number of people: with them a power of 80 % is known to 0.8 points.
const MostSimulated = 10_000

// Simulation returns what has to be simulated for the power of a planned comparison of d. It needs no trials. Errors are sentences for the person who
// assumes.
func Simulation(d Data, c study.Comparison, a Assumed) (model.PowerPlan, error) {
	o, there := d.planned(c)
	first, second := d.Design.Sides(c)
	cells := min(len(first), len(second))
	switch {
	case !there:
		return model.PowerPlan{}, study.Refuse(study.ErrInvalid, "The study does not ask for the outcome of %s.", c.Name)
	case o.kind == completedOutcome:
		return model.PowerPlan{}, study.Refuse(study.ErrInvalid, "The power to find a difference of completion is not simulated: what is assumed here is in points.")
	case cells == 0:
		return model.PowerPlan{}, study.Refuse(study.ErrInvalid, "The conditions of %s are not settled: mend the comparison first.", c.Name)
	case a.Runs < 1 || a.Runs > MostSimulated:
		return model.PowerPlan{}, study.Refuse(study.ErrInvalid, "A curve has 1 to %d simulated studies for each number of participants.", MostSimulated)
	}
	family := 0
	for _, other := range d.Design.Preregistration.Comparisons {
		if other.Family == c.Family {
			family++
		}
	}
	plan := model.PowerPlan{
		Assumptions: model.Assumptions{
			Groups:  c.BetweenGroups(),
			Methods: [2]string{c.Second, c.First}, Level: a.Level, Difference: []float64{a.Difference}, Between: a.Between, Taste: a.Taste, Within: a.Within, Scale: o.scale(),
		},
		Sizes: Sizes(), Test: model.Planned(c.Test), Claim: c.Claim, Margin: c.Margin, Alpha: 0.05 / float64(max(1, family)), Runs: a.Runs, Seed: a.Seed,
	}
	for i := range cells {
		plan.Cells = append(plan.Cells, second[i].Code())
	}
	return plan, plan.Check()
}

// scale has the values that an answer can have. That of a measure is not known, nor has a time one.
func (o Outcome) scale() model.Scale {
	if o.kind != ratedOutcome {
		return model.Scale{}
	}
	var points []float64
	for _, p := range o.rated.item.Points() {
		x, err := strconv.ParseFloat(p.Value, 64)
		if err != nil {
			return model.Scale{}
		}
		points = append(points, x)
	}
	slices.Sort(points)
	if len(points) < 2 {
		return model.Scale{}
	}
	return model.Scale{Low: points[0], High: points[len(points)-1], Step: points[1] - points[0]}
}

// Middle is the middle of the scale of a comparison's outcome; 0 if it has none.
func Middle(d Data, c study.Comparison) float64 {
	o, _ := d.planned(c)
	s := o.scale()
	return (s.Low + s.High) / 2
}

// Powered shows the curve that was simulated for a comparison.
func Powered(c study.Comparison, plan model.PowerPlan, curve []model.Powered) Section {
	s := Section{ID: "power", Title: "Power of " + c.Name}
	f := figure.Power{ID: "figure-power", Title: fmt.Sprintf("%s: %s, %s, by %s", c.Name, contrast(c), c.Shows(), testName(c, false)), Goal: Goal}
	twin := Table{ID: "twin-power", Title: "Power", Columns: numbers("Participants with all values", "Studies", "Found", "Power (%)", "Monte Carlo error (points)", "Low (%)", "High (%)", "Not testable")}
	refused := 0
	for _, p := range curve {
		f.Points = append(f.Points, figure.PowerPoint{People: p.People, Share: p.Power, Limits: p.Interval})
		twin.Rows = append(twin.Rows, []Cell{
			count(p.People), count(p.Runs), count(p.Found), number(100*p.Power, 1), number(100*p.Error, 1), number(100*p.Interval.Low, 1), number(100*p.Interval.High, 1), count(p.Refused),
		})
		refused += p.Refused
	}
	s.Figures = []Figure{{ID: f.ID, Title: f.Title, Wide: true, Twin: twin, Draw: func(w io.Writer) error { return f.WriteSVG(w) }}}
	s.Lead = []string{needed(curve), "These are participants who have a value in all of the conditions that are compared. Invite more: some will not come, and of some a value will be missing."}
	if seen := plan.SeenDifference(); math.Abs(seen-plan.Difference[0]) > 0.005 {
		s.Lead = append(s.Lead, fmt.Sprintf(
			"The scale has ends, and nobody can answer beyond them: a difference of %s that people feel is one of %.2f in what they answer. The power is that to find the latter.", short(plan.Difference[0]), seen))
	}
	if c.BetweenGroups() {
		s.Lead = append(s.Lead, "Half of them are in each of the two groups.")
	}
	if c.Outcome == study.OutcomeTime {
		s.Lead = append(s.Lead, "What is assumed of the time on task is in natural logarithms of seconds: a difference of 0.1 is about 10.5 % more time.")
	}
	s.Notes = []string{
		inWords(c, plan),
		fmt.Sprintf("A power that was found to be 50 %% has a Monte Carlo error of %.1f points with so many studies, and less nearer to 0 and 100 %%; the lines at the points are Wilson’s intervals of 95 %%, about twice as far either way.", 100*math.Sqrt(0.25/float64(max(1, plan.Runs)))),
		fmt.Sprintf(
			"%d made-up studies for each number, seed %d: the same seed gives the same numbers. %d %s for each level, difference %s, level %s; standard deviations: %s between people, %s of their own difference, %s of one person in one condition.",
			plan.Runs, plan.Seed, len(plan.Cells), plural(len(plan.Cells), "condition", "conditions"), short(plan.Difference[0]), short(plan.Level), short(plan.Between), short(plan.Taste), short(plan.Within)),
		fmt.Sprintf("A study finds it if p is below %s: 5 %% over the size of its family, the strictest step of Holm’s correction. The test is that of the results page.", short(plan.Alpha)),
	}
	if refused > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d studies could not be tested, as where all values are equal. They count as such that find nothing.", refused))
	}
	return s
}

// inWords says in plain words what is assumed of the people who are made up.
func inWords(c study.Comparison, plan model.PowerPlan) string {
	say := "What is assumed: "
	if plan.Scale != (model.Scale{}) { // without a scale the level does not matter
		say += fmt.Sprintf("on average people are at %s with %s, and ", short(plan.Level), c.Second)
	}
	say += fmt.Sprintf("%s with %s", movedBy(plan.Difference[0]), c.First)
	if len(plan.Cells) > 1 {
		say += ", alike in all of the conditions that are compared"
	}
	say += fmt.Sprintf(". Two of three people are within %s of that average.", short(plan.Between))
	switch {
	case c.BetweenGroups():
	case plan.Taste == 0:
		say += " All mind the difference alike."
	default:
		say += fmt.Sprintf(" For two of three people the difference is within %s of the average one.", short(plan.Taste))
	}
	say += fmt.Sprintf(" Asked again, the same person would say something else: in two of three cases within %s of their own level.", short(plan.Within))
	if plan.Scale != (model.Scale{}) {
		say += fmt.Sprintf(" Then answers are rounded to the points of the scale, from %s to %s.", short(plan.Scale.Low), short(plan.Scale.High))
	}
	return say + " All of this varies by the normal distribution. Nobody learns, tires or leaves an answer out."
}

// movedBy says a difference in words.
func movedBy(x float64) string {
	switch {
	case x > 0:
		return short(x) + " higher"
	case x < 0:
		return short(-x) + " lower"
	}
	return "at the same"
}

// needed says how many participants the goal takes, as surely as the simulated studies tell it.
func needed(curve []model.Powered) string {
	var say []string
	between := func(p model.Powered) string {
		return fmt.Sprintf("%.1f to %.1f %%", 100*p.Interval.Low, 100*p.Interval.High)
	}
	about := slices.IndexFunc(curve, func(p model.Powered) bool { return p.Power >= Goal })
	sure := slices.IndexFunc(curve, func(p model.Powered) bool { return p.Interval.Low >= Goal })
	if about < 0 {
		return fmt.Sprintf("With these assumptions no number of participants that was tried has a power of %.0f %%.", 100*Goal)
	}
	if about != sure {
		p := curve[about]
		say = append(say, fmt.Sprintf("With these assumptions about %d participants have a power of %.0f %%: it was found to be %.1f %%, and lies in %s.", p.People, 100*Goal, 100*p.Power, between(p)))
	}
	if sure < 0 {
		return strings.Join(append(say, "More studies tell it more exactly."), " ")
	}
	p := curve[sure]
	say = append(say, fmt.Sprintf("Of the numbers that were tried, %d participants are the fewest whose power is %.0f %% or more over its whole interval, %s.", p.People, 100*Goal, between(p)))
	return strings.Join(say, " ")
}

func short(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
