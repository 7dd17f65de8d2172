package lab

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// SetState closes, reopens or archives a study.
func (s *Server) SetState(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	if err := s.SetStateBy(r.Context(), st.ID, in); err != nil {
		return s.sayOnStudy(w, r, st, err)
	}
	return page.Redirect(w, r, studyPath(st.ID)+"#state")
}

// SetStateBy closes, reopens or archives a study, as the field "state" says.
func (s *Server) SetStateBy(ctx context.Context, id study.StudyID, in url.Values) error {
	return s.Store.SetState(ctx, id, study.Openness{State: study.StudyState(in.Get("state")), By: page.Who(ctx).ID, At: s.Now()})
}

// DeleteStudy deletes a draft that was never published.
func (s *Server) DeleteStudy(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	if err := s.Store.DeleteStudy(r.Context(), st.ID); err != nil {
		return s.sayOnStudy(w, r, st, err)
	}
	s.Log.InfoContext(r.Context(), "study deleted", "study", st.ID, "experimenter", page.Who(r.Context()).Name)
	return page.Redirect(w, r, "/lab")
}

// sayOnStudy shows the study's page with the sentence of err. If err has none, it returns err.
func (s *Server) sayOnStudy(w http.ResponseWriter, r *http.Request, st study.Study, err error) error {
	say := study.Sentence(err)
	if say == "" {
		return err
	}
	code, _ := page.Explain(err)
	return s.renderStudy(w, r, code, st, said{state: say})
}

// ShowArchived lists the archived studies.
func (s *Server) ShowArchived(w http.ResponseWriter, r *http.Request) error {
	rows, _, err := s.studyRows(r, true)
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, view.ArchivedPage(s.LabPage(r, "Archived studies"), rows))
}

// opennessView says who may begin in a study. fault is why that could not be changed just now, or "".
func (s *Server) opennessView(r *http.Request, st study.Study, fault string) (view.Openness, error) {
	v := view.Openness{Path: studyPath(st.ID), Fault: fault, Moves: studyMoves(st)}
	past, err := s.Store.Calibrations(r.Context(), st.ID)
	if err != nil {
		return v, err
	}
	people, err := s.Store.Participants(r.Context(), st.ID)
	if err != nil {
		return v, err
	}
	withdrawn, begun := 0, map[study.ParticipantID]bool{}
	for _, p := range people {
		begun[p.ID] = p.Session != 0
		if p.Ruled == study.PlaceWithdrawn {
			withdrawn++
		}
	}
	got, err := s.Store.Compensations(r.Context(), st.ID)
	if err != nil {
		return v, err
	}
	v.Deletable = st.Deletable(len(past), withdrawn, len(got)) == nil
	running, booked := 0, 0
	sessions, err := s.Store.Sessions(r.Context(), st.ID)
	if err != nil {
		return v, err
	}
	for _, x := range sessions {
		if state := x.Assignment.State(s.Now()); !x.Participant.Simulated && x.EndedAt.IsZero() && (state == study.PlaceActive || state == "") {
			running++
		}
	}
	slots, err := s.Store.Slots(r.Context(), st.ID)
	if err != nil {
		return v, err
	}
	for _, slot := range slots {
		if slot.Participant != 0 && !begun[slot.Participant] && s.Now().Before(slot.StartsAt) { // who has begun comes for further visits
			booked++
		}
	}
	v.Say = s.opennessWords(st, running, booked)
	return v, nil
}

// opennessWords says who may begin in a study. running and booked count the visits that are going on and the appointments to
// come of people who have not begun.
func (s *Server) opennessWords(st study.Study, running, booked int) string {
	o := st.Openness
	by := ""
	if o.Name != "" {
		by = fmt.Sprintf(" by %s on %s", o.Name, s.Moment(o.At))
	}
	say := ""
	switch {
	case o.State == study.StudyArchived:
		say = fmt.Sprintf("This study was archived%s. Nobody new can begin.", by)
	case o.State == study.StudyClosed:
		say = fmt.Sprintf("This study was closed%s. Nobody new can begin; their personal links say so.", by)
	case st.Published == nil:
		return "This is a draft: nobody can begin before it is published."
	default:
		return "Everybody who has a personal link, if it is time for their appointment."
	}
	switch running {
	case 0:
	case 1:
		say += " One visit that had begun can still be finished."
	default:
		say += fmt.Sprintf(" %d visits that had begun can still be finished.", running)
	}
	switch booked {
	case 0:
	case 1:
		say += " One appointment is still booked: tell the participant that they need not come."
	default:
		say += fmt.Sprintf(" %d appointments are still booked: tell the participants that they need not come.", booked)
	}
	return say
}

// studyMoves returns what an experimenter may make of a study.
func studyMoves(st study.Study) []view.Choice {
	back := view.Choice{Value: string(study.StudyOpen), Label: "Bring back", Meaning: "The study is in the list again."}
	if st.Published != nil {
		back.Value, back.Meaning = string(study.StudyClosed), "The study is in the list again, and still closed."
	}
	archive := view.Choice{Value: string(study.StudyArchived), Label: "Archive", Meaning: "The study leaves the list. Nothing is lost, and it can be brought back."}
	switch {
	case st.Openness.State == study.StudyArchived:
		return []view.Choice{back}
	case st.Openness.State == study.StudyClosed:
		return []view.Choice{{Value: string(study.StudyOpen), Label: "Reopen", Meaning: "Participants can begin again."}, archive}
	case st.Published == nil:
		return []view.Choice{archive}
	}
	return []view.Choice{{
		Value: string(study.StudyClosed), Label: "Close the study",
		Meaning: "Nobody new can begin, pilots neither. Who has begun can go on to the end. It can be reopened.",
	}}
}
