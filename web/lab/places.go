package lab

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// longestOrder is how many conditions a sequence may have for its order to be shown.
const longestOrder = 24

// placesView returns how the places of a version's plan are filled.
func (s *Server) placesView(r *http.Request, v study.Version) (view.Places, error) {
	roster, err := s.Store.Roster(r.Context(), v.ID)
	if err != nil {
		return view.Places{}, err
	}
	p := view.Places{Action: studyPath(v.Study) + "/places", Version: v.Number, Grouped: len(roster.Groups) > 1}
	for _, g := range roster.Groups {
		p.Groups = append(p.Groups, view.PlaceRow{Group: g.Name, Closed: roster.ClosedWhole(g.Name)})
	}
	number := numbersOf(v.Design)
	n, many := len(v.Design.Plan(0)), v.Design.Sequences() >= manySequences
	for _, t := range roster.Tallies(s.Now()) {
		p.Filled += t.Filled()
		if many && t.Filled() == 0 && t.GivenBack == 0 && !t.Closed {
			p.Untouched++ // there are thousands
			continue
		}
		row := view.PlaceRow{
			Group: t.Group, Sequence: strconv.Itoa(t.Number()), Finished: t.Finished, Active: t.Active, GivenBack: t.GivenBack,
			Closed: t.Closed, WithGroup: roster.ClosedWhole(t.Group),
		}
		if n <= longestOrder {
			var order []string
			for _, c := range v.Design.Plan(t.Sequence) {
				order = append(order, strconv.Itoa(number[c.Code()]))
			}
			row.Order = strings.Join(order, " ")
		}
		p.Rows = append(p.Rows, row)
	}
	return p, nil
}

// ClosePlace closes a place of the newest version's plan, or opens it again.
func (s *Server) ClosePlace(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	if st.Published == nil || in.Get("version") != strconv.Itoa(st.Published.Number) {
		return s.renderStudy(w, r, http.StatusConflict, st, said{places: "A new version has been published since you opened this page. Its places are shown below."})
	}
	place, err := placeIn(in.Get("group"), in.Get("sequence"))
	if err != nil {
		return err
	}
	err = s.Store.SetClosed(r.Context(), st.Published.ID, study.Closing{
		Place: place, Closed: in.Get("closed") == "yes", By: page.Who(r.Context()).ID, At: s.Now(),
	})
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"#places")
}

// placeIn reads a place from a form. Without a sequence it is a whole group.
func placeIn(group, sequence string) (study.Place, error) {
	if sequence == "" {
		return study.Place{Group: group, Sequence: study.WholeGroup}, nil
	}
	n, err := strconv.Atoi(sequence)
	if err != nil || n < 1 {
		return study.Place{}, fmt.Errorf("sequence %q: %w", sequence, study.ErrNotFound)
	}
	return study.Place{Group: group, Sequence: n - 1}, nil
}

// standingView returns the place of a session's participant.
func (s *Server) standingView(x study.Session) view.Standing {
	a := x.Assignment
	state := a.State(s.Now())
	v := view.Standing{Action: fmt.Sprintf("/lab/sessions/%d/place", x.ID), State: string(state)}
	if !a.Taken() {
		v.State, v.Say = "none yet", "Who consents gets a place in the plan, and with it a sequence."
		return v
	}
	v.Say = s.placeWords(a, state)
	if a.Ruling.State != "" {
		v.Ruled, v.Why = s.rulingWords(a.Ruling), a.Ruling.Why
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
	case a.Pilot:
		return at + ". A pilot fills no place."
	case state == study.PlaceFinished:
		return at + " is filled for good."
	case state == study.PlaceActive:
		return fmt.Sprintf("%s is filled until %s, and longer if another page is opened.", at, s.Moment(a.LeaseEnds))
	case state == study.PlaceDropped && a.Ruling.State != study.PlaceDropped:
		return fmt.Sprintf("%s was given back: no page has been opened since 12 hours before %s. Who comes back goes on with the same sequence, and fills the place again.", at, s.Moment(a.LeaseEnds))
	}
	return at + " was given back."
}

// rulingWords says who ruled, and when.
func (s *Server) rulingWords(r study.Ruling) string {
	who := r.Name
	if who == "" {
		who = "the participant"
	}
	what := string(r.State)
	if r.State == study.PlaceActive {
		what = "put back"
	}
	return fmt.Sprintf("%s by %s on %s", strings.ToUpper(what[:1])+what[1:], who, s.Moment(r.At))
}

// moves returns what an experimenter may make of a place.
func moves(a study.Assignment) []view.Choice {
	all := []view.Choice{
		{Value: string(study.PlaceDropped), Label: "Drop", Meaning: "the participant does not come back, and somebody else gets the place. If they finish nevertheless, they count."},
		{Value: string(study.PlaceExcluded), Label: "Exclude", Meaning: "the participant does not count, and somebody else gets the place. Results leave them out; the download keeps their data, and sessions.csv says excluded."},
		{Value: string(study.PlaceActive), Label: "Put back", Meaning: "the participant counts again, as if nothing had been said."},
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

// RuleOnPlace drops or excludes the participant of a session, or puts them back.
func (s *Server) RuleOnPlace(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	why, err := words(r, "reason", "A reason", reasonLimit)
	if err == nil {
		ruling := study.Ruling{State: study.PlaceState(r.PostForm.Get("state")), Why: why, By: page.Who(r.Context()).ID, At: s.Now()}
		if ruling.State == study.PlaceWithdrawn {
			err = study.Refuse(study.ErrInvalid, "Only participants withdraw. Exclude them instead.")
		} else {
			err = s.Store.Rule(r.Context(), id, ruling)
		}
	}
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		return s.renderSession(w, r, code, view.Standing{Reason: r.PostForm.Get("reason"), Fault: page.Sentence(say)})
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, fmt.Sprintf("/lab/sessions/%d#place", id))
}
