package lab

import (
	"cmp"
	"errors"
	"net/http"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// groupChoices are the groups into which an experimenter can put people; none in a study without groups.
func groupChoices(d study.Design) (all []view.Choice) {
	if len(d.Groups) == 0 {
		return nil
	}
	all = []view.Choice{{Label: "by the plan"}}
	for _, g := range d.Groups {
		all = append(all, view.Choice{Value: g.Name, Label: cmp.Or(g.Title, g.Name)})
	}
	return all
}

// PutIntoGroup puts a participant into a group, or takes that back.
func (s *Server) PutIntoGroup(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	p, err := s.participant(r, st)
	if err != nil {
		return err
	}
	err = s.Store.PutIntoGroup(r.Context(), p.ID, in.Get("group"), page.Who(r.Context()).ID, s.Now())
	if say := study.Sentence(err); errors.Is(err, study.ErrConflict) && say != "" {
		return s.renderParticipants(w, r, http.StatusConflict, view.Participants{Number: "1", GroupSay: say})
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/participants")
}
