package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"vmstudy/analysis/model"
	"vmstudy/analysis/report"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/web/view"
)

// Simulate finds how often a planned comparison finds what is assumed; see model.Power and power.Aside.
type Simulate func(ctx context.Context, plan model.PowerPlan, progress func(done, all int)) ([]model.Powered, error)

const (
	longestPower = 10 * time.Minute // then a simulation ends, whoever waits for it
	tellEvery    = time.Second      // how often a page that waits hears how far it is
)

// ShowPower shows how many participants a planned comparison of the saved draft needs, if the address has assumptions. With part=1 it answers with lines of
// JSON: how far the simulation is, and in the end the part of a page that shows it. It ends when nobody waits for the answer any more.
func (s *Server) ShowPower(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	in := r.URL.Query()
	v := powerForm(st, in)
	part := in.Get("part") == "1"
	if in.Has("difference") || part {
		c, plan, err := planOf(st.Draft, in)
		switch say := study.Sentence(err); {
		case say != "" && part:
			return err
		case say != "":
			v.Say = say
		case err != nil:
			return err
		case part:
			return s.tellPower(w, r, st, c, plan)
		default:
			section, err := s.powered(r.Context(), st, c, plan, nil)
			if err != nil {
				return err
			}
			v.Section = &section
		}
	}
	code := http.StatusOK
	if v.Say != "" {
		code = http.StatusUnprocessableEntity
	}
	p := s.LabPage(r, "Power: "+st.Draft.Name())
	p.Styles, p.Scripts = []string{"results.css"}, []string{"power.js"}
	return s.Render(w, r, code, view.PowerPage(p, studyView(st), v))
}

// told is a line of the answer of ShowPower.
type told struct {
	Done int    `json:"done"`
	All  int    `json:"all"`            // 0: it waits for its turn
	HTML string `json:"html,omitempty"` // the end
	Say  string `json:"say,omitempty"`  // why there is no end
}

// tellPower simulates, and tells how far that is until it has ended.
func (s *Server) tellPower(w http.ResponseWriter, r *http.Request, st study.Study, c study.Comparison, plan model.PowerPlan) error {
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	var now atomic.Pointer[told]
	now.Store(&told{})
	type end struct {
		section view.Section
		err     error
	}
	ended := make(chan end, 1)
	go func() {
		section, err := s.powered(ctx, st, c, plan, func(done, all int) { now.Store(&told{Done: done, All: all}) })
		ended <- end{section, err}
	}()
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		select {
		case e := <-ended:
			return s.tellEnd(w, r, e.section, e.err)
		case <-tick.C:
			if err := tell(w, *now.Load()); err != nil {
				cancel() // nobody reads any more
				<-ended
				return nil
			}
		}
	}
}

// tellEnd tells the end of a simulation, if somebody still waits for it.
func (s *Server) tellEnd(w http.ResponseWriter, r *http.Request, section view.Section, err error) error {
	if r.Context().Err() != nil {
		return nil
	}
	if say := study.Sentence(err); say != "" {
		return tell(w, told{Say: say})
	}
	if err != nil {
		s.Log.ErrorContext(r.Context(), "power cannot be simulated", "err", err)
		return tell(w, told{Say: "It could not be simulated. Try it again; if that does not help, tell who runs this server."})
	}
	var b bytes.Buffer
	if err := view.OpenSection(section).Render(r.Context(), &b); err != nil {
		return err
	}
	return tell(w, told{HTML: b.String()})
}

func tell(w http.ResponseWriter, t told) error {
	if err := json.NewEncoder(w).Encode(t); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

// powered simulates when it is its turn: one simulation runs at a time.
func (s *Server) powered(ctx context.Context, st study.Study, c study.Comparison, plan model.PowerPlan, progress func(done, all int)) (view.Section, error) {
	select {
	case s.simulating <- struct{}{}:
		defer func() { <-s.simulating }()
	case <-ctx.Done():
		return view.Section{}, context.Cause(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, longestPower) // its own time, not that of those before it
	defer cancel()
	curve, err := s.Simulate(ctx, plan, progress)
	if errors.Is(err, context.DeadlineExceeded) {
		return view.Section{}, study.Refuse(study.ErrInvalid, "It takes longer than %.0f minutes: ask for fewer studies.", longestPower.Minutes())
	}
	if err != nil {
		return view.Section{}, fmt.Errorf("power of %s in study %d: %w", c.Name, st.ID, err)
	}
	section := report.Powered(c, plan, curve)
	v := sectionViews(st.ID, "", []report.Section{section})[section.ID]
	for i := range v.Figures { // no file has what is not kept
		v.Figures[i].SVGFile, v.Figures[i].Twin.CSVFile = "", ""
	}
	return v, nil
}

// fields of the form of power that are numbers of the outcome's unit, with what is said of them.
var assumptions = []struct{ field, label, help string }{
	{"difference", "Difference", "first less second, in the unit of the outcome (of time on task: natural logarithm of seconds): the smallest that would matter"},
	{"level", "Mean of the second level", "on the scale of the question; elsewhere it does not matter"},
	{"between", "Spread between people", "standard deviation of people’s own level"},
	{"taste", "Spread of the difference", "standard deviation of how people mind it; 0 if all mind alike"},
	{"within", "Spread within a person", "standard deviation of one value of one person"},
}

// planOf returns what the address asks to simulate.
func planOf(d study.Design, in url.Values) (study.Comparison, model.PowerPlan, error) {
	i := slices.IndexFunc(d.Preregistration.Comparisons, func(c study.Comparison) bool { return c.Name == in.Get("comparison") })
	if i < 0 {
		return study.Comparison{}, model.PowerPlan{}, study.Refuse(study.ErrInvalid, "Choose one of the planned comparisons of the saved draft.")
	}
	c := d.Preregistration.Comparisons[i]
	var a report.Assumed
	for j, into := range []*float64{&a.Difference, &a.Level, &a.Between, &a.Taste, &a.Within} {
		x := assumptions[j]
		text := strings.TrimSpace(in.Get(x.field))
		number, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil {
			return c, model.PowerPlan{}, study.Refuse(study.ErrInvalid, "%s: “%s” is no number such as 0.5.", x.label, text)
		}
		*into = number
	}
	var err error
	if a.Runs, err = strconv.Atoi(in.Get("runs")); err != nil {
		return c, model.PowerPlan{}, study.Refuse(study.ErrInvalid, "Studies: “%s” is no whole number.", in.Get("runs"))
	}
	if a.Seed, err = strconv.ParseUint(in.Get("seed"), 10, 64); err != nil {
		return c, model.PowerPlan{}, study.Refuse(study.ErrInvalid, "Seed: “%s” is no whole number from 0 on.", in.Get("seed"))
	}
	plan, err := report.Simulation(planData(d), c, a)
	return c, plan, err
}

// planData has what a plan can be about: the design and the instruments that it asks after every trial.
func planData(d study.Design) report.Data {
	data := report.Data{Design: d}
	for _, id := range d.Instruments {
		if in, err := questionnaire.Of(d, id); err == nil { // else the fault of the design says so
			data.Instruments = append(data.Instruments, in)
		}
	}
	return data
}

// powerForm is the form with what the address says, or with what may be meant.
func powerForm(st study.Study, in url.Values) view.Power {
	all := st.Draft.Preregistration.Comparisons
	v := view.Power{Action: studyPath(st.ID) + "/power", Fields: view.Fields{Values: url.Values{}}, Most: report.MostSimulated}
	usual := map[string]string{"between": "1", "taste": "0.5", "within": "1", "runs": "1000", "seed": strconv.FormatUint(st.Draft.Seed, 10), "level": "0"}
	for i, c := range all {
		label := c.Name + ": " + c.First + " − " + c.Second
		v.Comparisons = append(v.Comparisons, view.Choice{Value: c.Name, Label: label})
		if c.Name == in.Get("comparison") || i == 0 {
			usual["level"] = strconv.FormatFloat(report.Middle(planData(st.Draft), c), 'g', -1, 64)
			usual["comparison"] = c.Name
		}
	}
	for field, value := range usual {
		v.Values.Set(field, value)
	}
	for _, field := range []string{"comparison", "difference", "level", "between", "taste", "within", "runs", "seed"} {
		if in.Has(field) {
			v.Values.Set(field, in.Get(field))
		}
	}
	for _, x := range assumptions {
		v.Numbers = append(v.Numbers, view.Assumption{Field: x.field, Label: x.label, Help: x.help})
	}
	return v
}
