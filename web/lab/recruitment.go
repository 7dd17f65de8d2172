package lab

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// ShowRecruitment shows how people come to a study from elsewhere.
func (s *Server) ShowRecruitment(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	now, err := s.Store.Recruitment(r.Context(), st.ID)
	if err != nil {
		return err
	}
	return s.renderRecruitment(w, r, http.StatusOK, st, view.Recruitment{
		Parameters: strings.Join(now.Parameters, " "), Export: now.Export, Completion: now.Completion, Most: "100",
	})
}

func (s *Server) renderRecruitment(w http.ResponseWriter, r *http.Request, code int, st study.Study, v view.Recruitment) error {
	v.Study = studyView(st)
	open, err := s.Store.OpenLink(r.Context(), st.ID)
	switch {
	case errors.Is(err, study.ErrNotFound):
	case err != nil:
		return err
	default:
		v.Works = open.Admits(s.Now()) == nil
		apart := ""
		if len(st.Current().Screening) > 0 {
			apart = ", without those whom the screening turned away"
		}
		v.Open = fmt.Sprintf("A link was made on %s: %d of %d people have come by it%s. ", s.Moment(open.IssuedAt), open.Came, open.Most, apart)
		switch {
		case !open.RevokedAt.IsZero():
			v.Open += "It was revoked on " + s.Moment(open.RevokedAt) + "."
		case !open.ExpiresAt.IsZero():
			v.Open += "Its last day: " + s.Day(open.ExpiresAt.Add(-1)) + "."
		}
	}
	return s.Render(w, r, code, view.RecruitmentPage(s.LabPage(r, "Recruitment of "+st.Draft.Name()), v))
}

// SaveRecruitment says how people come to a study from elsewhere from now on.
func (s *Server) SaveRecruitment(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	said := study.Recruitment{
		Parameters: strings.Fields(in.Get("parameters")), Export: in.Get("export") == "yes", Completion: strings.TrimSpace(in.Get("completion")),
		By: page.Who(r.Context()).ID, At: s.Now(),
	}
	err = s.Store.SetRecruitment(r.Context(), st.ID, said)
	if say := study.Sentence(err); say != "" {
		return s.renderRecruitment(w, r, http.StatusUnprocessableEntity, st, view.Recruitment{
			Parameters: in.Get("parameters"), Export: said.Export, Completion: in.Get("completion"), Most: "100", Say: say,
		})
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/recruitment#ids")
}

// ChangeOpenLink makes the open link of a study, or revokes it.
func (s *Server) ChangeOpenLink(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	if in.Get("do") == "revoke" {
		if err := s.Store.RevokeOpenLink(r.Context(), st.ID, s.Now()); err != nil {
			return err
		}
		return page.Redirect(w, r, studyPath(st.ID)+"/recruitment#open")
	}
	until, err := s.lastDay(in.Get("until"))
	most, notNumber := strconv.Atoi(strings.TrimSpace(in.Get("number")))
	secret := NewLinks(1)[0]
	if err == nil && notNumber != nil {
		most = 0 // which is refused as a number that is too small
	}
	if err == nil {
		err = s.Store.IssueOpenLink(r.Context(), secret, study.OpenLink{Study: st.ID, Most: most, IssuedAt: s.Now(), ExpiresAt: until})
	}
	if say := study.Sentence(err); say != "" {
		now, failed := s.Store.Recruitment(r.Context(), st.ID)
		if failed != nil {
			return failed
		}
		return s.renderRecruitment(w, r, http.StatusUnprocessableEntity, st, view.Recruitment{
			Parameters: strings.Join(now.Parameters, " "), Export: now.Export, Completion: now.Completion, Most: in.Get("number"), Until: in.Get("until"), OpenSay: say,
		})
	}
	if err != nil {
		return err
	}
	x := sheet{study: st.ID, by: page.Who(r.Context()).ID, made: s.Now(), expires: until, open: true, rows: []sheetRow{{"everybody", "/join/" + secret}}}
	return page.Redirect(w, r, studyPath(st.ID)+"/links/"+s.sheets.add(x))
}
