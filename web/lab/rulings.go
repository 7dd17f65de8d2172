package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// groundWords are the grounds in words.
var groundWords = map[study.Ground]string{
	study.GroundTechnical:    "Something technical failed",
	study.GroundInterrupted:  "They were interrupted",
	study.GroundInstructions: "They did something else than the task asked for",
	study.GroundIneligible:   "The study is not about people like them",
	study.GroundUnserious:    "They did not read the questions",
	study.GroundAbsent:       "They have gone, or have not come",
	study.GroundOther:        "Another reason, as written",
}

// groundChoices are the grounds as a form offers them.
func groundChoices() (all []view.Choice) {
	for _, g := range study.Grounds() {
		all = append(all, view.Choice{Value: string(g), Label: groundWords[g]})
	}
	return all
}

// reasonWords says why something was ruled.
func reasonWords(g study.Ground, why string) string {
	switch {
	case g == "" || g == study.GroundOther:
		return why
	case why == "":
		return groundWords[g]
	}
	return groundWords[g] + ": " + why
}

// reasonIn reads a reason from a form. Whether there is one, and whether it is one of the list, is study's matter.
func reasonIn(in url.Values) (g study.Ground, why string, err error) {
	g = study.Ground(in.Get("ground"))
	if strings.TrimSpace(in.Get("reason")) == "" {
		return g, "", nil
	}
	why, err = wordsIn(in, "reason", "A reason", reasonLimit)
	return g, why, err
}

// standingView returns what is on record of whether a session's participant takes part.
func (s *Server) standingView(x study.Session) view.Standing {
	a := x.Assignment
	state := a.State(s.Now())
	v := view.Standing{
		Action: fmt.Sprintf("/lab/sessions/%d/place", x.ID), State: cmp.Or(string(state), "none yet"), Say: s.placeWords(a, state),
		Grounds: groundChoices(),
	}
	if a.Ruling.State != "" {
		v.Ruled, v.Why = s.rulingWords(a.Ruling), reasonWords(a.Ruling.Ground, a.Ruling.Why)
	}
	if state != study.PlaceWithdrawn && !a.Pilot {
		v.Moves = moves(a)
	}
	return v
}

// placeWords says what a state of a place means.
func (s *Server) placeWords(a study.Assignment, state study.PlaceState) string {
	at := "Sequence " + strconv.Itoa(a.Place.Number())
	if a.Place.Group != "" {
		at += " of group " + a.Place.Group
	}
	switch {
	case !a.Taken() && state == "":
		return "Who consents gets a place in the plan, and with it a sequence."
	case !a.Taken():
		return "There was no place to give back."
	case a.Pilot:
		return at + ". A pilot fills no place."
	case state == study.PlaceFinished:
		return at + " is filled for good."
	case state == study.PlaceActive:
		return fmt.Sprintf("%s is filled until %s, and longer if another page is opened.", at, s.Moment(a.KeptUntil()))
	case state == study.PlaceDropped && a.Ruling.State != study.PlaceDropped:
		return fmt.Sprintf("%s was given back: no page has been opened since 12 hours before %s. Who comes back goes on with the same sequence, and fills the place again.", at, s.Moment(a.KeptUntil()))
	}
	return at + " was given back."
}

// rulingWords says who ruled, and when.
func (s *Server) rulingWords(r study.Ruling) string {
	what := string(r.State)
	if r.State == study.PlaceActive {
		what = "put back"
	}
	return fmt.Sprintf("%s by %s on %s", strings.ToUpper(what[:1])+what[1:], cmp.Or(r.Name, "the participant"), s.Moment(r.At))
}

// moves returns what an experimenter may make of a participant.
func moves(a study.Assignment) []view.Choice {
	all := []view.Choice{
		{Value: string(study.PlaceDropped), Label: "Drop", Meaning: "the participant does not come back, and somebody else gets the place. Their visit ends now. What they have done counts."},
		{Value: string(study.PlaceExcluded), Label: "Exclude", Meaning: "the participant does not count, and somebody else gets the place. Their visit ends now. Results leave them out; the download keeps their data, and says why they are left out."},
		{Value: string(study.PlaceActive), Label: "Put back", Meaning: "the participant counts again and can go on. A task that was ended stays ended, and does not count."},
	}
	var may []view.Choice
	for _, c := range all {
		r := study.Ruling{State: study.PlaceState(c.Value), Why: "to see"}
		if a.Admits(r) == nil && !a.Ruling.Says(r.State) {
			may = append(may, c)
		}
	}
	return may
}

// RuleOnPlace drops or excludes the participant of a session, or puts them back. Who is dropped or excluded cannot go on, so a
// desktop that they work at is ended.
func (s *Server) RuleOnPlace(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	err = s.RuleBy(r.Context(), id, in)
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		return s.renderSession(w, r, code, view.Standing{Reason: in.Get("reason"), Ground: in.Get("ground"), Fault: page.Sentence(say)})
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, fmt.Sprintf("/lab/sessions/%d#place", id))
}

// RuleBy drops or excludes the participant of a session, or puts them back, as a form says.
func (s *Server) RuleBy(ctx context.Context, id study.SessionID, in url.Values) error {
	ground, why, err := reasonIn(in)
	if err != nil {
		return err
	}
	return s.rule(ctx, id, study.Ruling{State: study.PlaceState(in.Get("state")), Ground: ground, Why: why, By: page.Who(ctx).ID, At: s.Now()})
}

func (s *Server) rule(ctx context.Context, id study.SessionID, r study.Ruling) error {
	if r.State == study.PlaceWithdrawn {
		return study.Refuse(study.ErrInvalid, "Exclude them, or withdraw them on the page of the participant.")
	}
	if err := s.Store.Rule(ctx, id, r); err != nil || r.State == study.PlaceActive {
		return err
	}
	err := s.Conduct.End(ctx, id, reasonWords(r.Ground, r.Why))
	if errors.Is(err, study.ErrConflict) {
		return nil // there is no desktop
	}
	return err
}

// trialsThatCount returns which trials of a session count as far as experimenters decide, with the forms that change it.
func (s *Server) trialsThatCount(x study.Session) (all []view.CountedTrial) {
	for _, t := range x.Trials {
		if t.Practice() || len(t.Attempts) == 0 {
			continue
		}
		v := view.CountedTrial{
			ID: int64(t.ID), Action: fmt.Sprintf("/lab/sessions/%d/trials/%d", x.ID, t.ID), Position: strconv.Itoa(t.Position),
			Condition: t.Condition.Code(), Excluded: t.Ruling.Excluded, Grounds: groundChoices(),
		}
		if !t.Ruling.At.IsZero() {
			v.Ruled, v.Why = s.trialRulingWords(t.Ruling), reasonWords(t.Ruling.Ground, t.Ruling.Why)
		}
		all = append(all, v)
	}
	return all
}

func (s *Server) trialRulingWords(r study.TrialRuling) string {
	what := "Counted again"
	if r.Excluded {
		what = "Excluded"
	}
	return fmt.Sprintf("%s by %s on %s", what, r.Name, s.Moment(r.At))
}

// RuleOnTrial excludes one trial of a session, or lets it count again.
func (s *Server) RuleOnTrial(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	t, err := page.ID[study.TrialID](r, "trial")
	if err != nil {
		return err
	}
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	err = s.RuleOnTrialBy(r.Context(), id, t, in)
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		return s.renderSession(w, r, code, view.Standing{OnTrial: int64(t), Reason: in.Get("reason"), Ground: in.Get("ground"), Fault: page.Sentence(say)})
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, fmt.Sprintf("/lab/sessions/%d#counts", id))
}

// RuleOnTrialBy excludes one trial of a session, or lets it count again, as a form says.
func (s *Server) RuleOnTrialBy(ctx context.Context, id study.SessionID, t study.TrialID, in url.Values) error {
	ground, why, err := reasonIn(in)
	if err != nil {
		return err
	}
	err = s.Store.RuleOnTrial(ctx, id, t, study.TrialRuling{Excluded: in.Get("excluded") == "yes", Ground: ground, Why: why, By: page.Who(ctx).ID, At: s.Now()})
	if errors.Is(err, study.ErrNotFound) {
		return page.ErrMissing("There is no trial %s in session %s.", int64(t), int64(id))
	}
	return err
}
