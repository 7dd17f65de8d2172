package report

import (
	"fmt"
	"slices"
	"time"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// Crossover fits, for each rating, the round trip at which two access methods are rated alike, for each bandwidth. It takes seconds.
func Crossover(d Data) Section {
	s := Section{ID: "crossover", Title: "At which round trip are both rated alike?"}
	if s, refused := refusedSearch(d, s); refused {
		return s
	}
	for _, p := range planes(d.Design) {
		for _, r := range d.rated() {
			f, say := p.curve(d, r)
			if say != "" {
				s.Lead = append(s.Lead, fmt.Sprintf("%s, %s and %s: no curve. %s", r.name, p.a.Level(), p.b.Level(), say))
				continue
			}
			s.Figures = append(s.Figures, f)
			for _, row := range f.Twin.Rows {
				if whyNot := row[len(row)-1].Say; whyNot != "" {
					s.Notes = append(s.Notes, fmt.Sprintf("%s, %s: no crossing. %s", r.name, row[0].Say, whyNot))
				}
			}
		}
	}
	for _, p := range planes(d.Design) {
		if p.mixed() && len(s.Figures) > 0 {
			s.Notes = append(s.Notes, fmt.Sprintf("The networks of %s and %s differ in more than round trip and bandwidth towards the participant, as in jitter, loss or the way back. The model does not know of it, and takes its effect for one of these two.", p.a.Level(), p.b.Level()))
		}
	}
	if len(s.Figures) > 0 {
		s.Notes = append(s.Notes,
			"From a cumulative link mixed model with a random intercept for each person (Laplace): rating by method, round trip in ms, bandwidth and task, with the interactions of the method with round trip and bandwidth. The difference in log odds is taken to change evenly with the round trip. The interval is Fieller’s, 95 %; it can reach beyond what was tried.",
			"People who mind a method more than others do make such an interval too narrow. Exploratory.",
		)
	}
	return s
}

// curve fits the model of a rating. If it cannot be drawn, say is why.
func (p plane) curve(d Data, r rated) (f Figure, say string) {
	if len(p.rtts) < 2 {
		return f, "All networks in which both were met have the same round trip."
	}
	rows, s := p.rows(d, r)
	fit, err := model.FitOrdinal(rows, s, model.Laplace)
	if err != nil {
		return f, study.Sentence(err)
	}
	id := p.id("crossover", r)
	title := fmt.Sprintf("%s: round trip at which %s and %s are rated alike", r.name, p.a.Level(), p.b.Level())
	v := figure.Curve{ID: "figure-" + id, Title: title, X: "bandwidth towards the participant", Y: "round trip, ms", High: milliseconds(p.rtts[len(p.rtts)-1])}
	twin := Table{ID: "twin-" + id, Title: title, Columns: slices.Concat(texts("Bandwidth"), numbers("Round trip (ms)", "Low", "High"), texts("Why not"))}
	slope, known := 0.0, 0
	for _, rate := range p.rates {
		a, b := model.At{"method": p.a.Level()}, model.At{"method": p.b.Level()}
		if len(p.rates) > 1 {
			a["bandwidth"], b["bandwidth"] = rate, rate
		}
		tried, err := p.tried(rows, rate)
		var c model.Crossing
		if err == nil {
			c, err = fit.Crossing(a, b, "round trip")
		}
		if err == nil && (c.Where < tried.Low || c.Where > tried.High) {
			err = study.Refuse(study.ErrInvalid, "The two would be equal at a round trip of %.4g ms, and at this bandwidth both were tried from %g to %g ms only.", c.Where, tried.Low, tried.High)
		}
		if err != nil {
			say = study.Sentence(err)
			v.Points = append(v.Points, figure.CurvePoint{Label: rate, Why: say})
			twin.Rows = append(twin.Rows, []Cell{text(rate), {Say: none}, {Say: none}, {Say: none}, text(say)})
			continue
		}
		slope = c.Slope
		known++
		v.Points = append(v.Points, figure.CurvePoint{Label: rate, At: c.Where, Limits: c.Interval, Known: true})
		twin.Rows = append(twin.Rows, []Cell{text(rate), number(c.Where, 0), number(c.Interval.Low, 0), number(c.Interval.High, 0), {}})
	}
	if known == 0 {
		return f, say
	}
	word := "better"
	if r.good == neither {
		word = "higher"
	}
	above, below := p.a.Level()+" rated "+word, p.b.Level()+" rated "+word
	if (slope < 0) != (r.good == lowEnd) {
		above, below = below, above
	}
	v.Above, v.Below = above, below
	return Figure{ID: id, Title: title, Twin: twin, Draw: v.WriteSVG, Caption: fmt.Sprintf("Of %d ratings of %d people. The bar is the 95 %% interval.", fit.Rows, fit.N)}, ""
}

// tried returns the least and the greatest round trip at which both methods have ratings at a bandwidth. One round trip does not say how their
// difference changes with it: the slope would be that of the other bandwidths. Its errors are refusals.
func (p plane) tried(rows []model.Row, rate string) (in stat.Interval, err error) {
	met := map[float64]map[string]bool{}
	for _, row := range rows {
		if len(p.rates) > 1 && row.Levels[1] != rate {
			continue
		}
		if met[row.Covariates[0]] == nil {
			met[row.Covariates[0]] = map[string]bool{}
		}
		met[row.Covariates[0]][row.Levels[0]] = true
	}
	var both []float64
	for rtt, methods := range met {
		if len(methods) == 2 {
			both = append(both, rtt)
		}
	}
	switch len(both) {
	case 0:
		return in, study.Refuse(study.ErrInvalid, "At this bandwidth there is no round trip at which both have ratings.")
	case 1:
		return in, study.Refuse(study.ErrInvalid, "At this bandwidth both have ratings at one round trip only, %g ms, which does not say how they change with it.", both[0])
	}
	return stat.Interval{Low: slices.Min(both), High: slices.Max(both)}, nil
}

// mixed reports whether the networks differ in what the model does not know.
func (p plane) mixed() bool {
	rest := func(n study.Network) study.Network {
		if n.Up == n.Down {
			n.Up = 0
		}
		n.Down, n.TraceDown, n.RTT = 0, "", 0
		return n
	}
	return slices.ContainsFunc(p.networks, func(n study.NamedNetwork) bool { return !rest(n.Network).Equal(rest(p.networks[0].Network)) })
}

// rows are the ratings in the networks of a plane. Its factors have the second method first, so that the model's differences are those of the first.
func (p plane) rows(d Data, r rated) (rows []model.Row, s model.Spec) {
	var tasks []string
	for _, t := range d.Trials {
		if p.has(t) && !slices.Contains(tasks, t.Condition.Task.Level()) {
			tasks = append(tasks, t.Condition.Task.Level())
		}
	}
	s.Factors = []model.Factor{{Name: "method", Levels: []string{p.b.Level(), p.a.Level()}}}
	s.Covariates = []string{"round trip"}
	s.Terms = []model.Term{{"method"}, {"round trip"}, {"method", "round trip"}}
	if len(p.rates) > 1 {
		s.Factors = append(s.Factors, model.Factor{Name: "bandwidth", Levels: p.rates})
		s.Terms = append(s.Terms, model.Term{"bandwidth"}, model.Term{"method", "bandwidth"})
	}
	if len(tasks) > 1 {
		s.Factors = append(s.Factors, model.Factor{Name: "task", Levels: tasks})
		s.Terms = append(s.Terms, model.Term{"task"})
	}
	for _, t := range d.Trials {
		x, has := r.of(t)
		if !has || !p.has(t) {
			continue
		}
		row := model.Row{Participant: t.Participant, Levels: []string{t.Condition.Access.Level()}, Covariates: []float64{milliseconds(t.Condition.Network.Network.RTT)}, Value: x}
		if len(p.rates) > 1 {
			row.Levels = append(row.Levels, rateName(t.Condition.Network.Network))
		}
		if len(tasks) > 1 {
			row.Levels = append(row.Levels, t.Condition.Task.Level())
		}
		rows = append(rows, row)
	}
	return rows, s
}

// has reports whether a trial is one of the two methods in a network of the plane.
func (p plane) has(t *Trial) bool {
	level := t.Condition.Access.Level()
	return (level == p.a.Level() || level == p.b.Level()) && p.settings[t.Condition.Network.Name] != nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
