package lab

import (
	"net/http"
	"net/url"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/web/view"
)

// searchChoices are what a search for the crossover can be made of in the design d, and what was typed.
func searchChoices(in url.Values, d study.Design) view.SearchChoices {
	c := view.SearchChoices{Methods: []view.Choice{{Label: "no search"}}, Ratings: []view.Choice{{Label: "no search"}}}
	for _, a := range d.Methods {
		if a.Method.Networked() {
			c.Methods = append(c.Methods, view.Choice{Value: a.Level(), Label: a.Level()})
		}
	}
	for _, id := range d.Instruments {
		asked, err := questionnaire.Of(d, id)
		if err != nil {
			continue // the fault of the design says so
		}
		for _, q := range asked.Questions() {
			if q.Numeric() {
				c.Ratings = append(c.Ratings, view.Choice{Value: id + "." + q.ID, Label: d.Reading(asked.Title) + ": " + q.ID})
			}
		}
	}
	c.Methods = withTyped(withTyped(c.Methods, in.Get("crossover.near")), in.Get("crossover.far"))
	c.Ratings = withTyped(c.Ratings, in.Get("crossover.rating"))
	c.Networks = crossingChoices(in, "crossover", d)[1]
	return c
}

// checkCalibrated demands that all networks among which a search chooses are calibrated on this machine. Which of them somebody meets is not known
// beforehand, so none may be left to chance.
func (s *Server) checkCalibrated(r *http.Request, st study.Study, bad faults) error {
	d := st.Draft
	if !d.Searches() {
		return nil
	}
	past, err := s.Store.Calibrations(r.Context(), st.ID)
	if err != nil {
		return err
	}
	machine, way := s.Calibrate.Here()
	standing, by := d.Calibrated(past, machine, way)
	if standing == study.CalibratedWithin {
		return nil
	}
	say, _ := s.standingWords(calibratable{of: "the draft", title: "the draft", design: d}, standing, by)
	bad.add("crossover.networks", "%s A search chooses among calibrated networks only: calibrate the draft on the study’s page, or name those that are within their bars", say)
	return nil
}
