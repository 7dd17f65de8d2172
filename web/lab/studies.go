package lab

import (
	"fmt"
	"net/http"
	"net/url"

	"vmstudy/document"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

func studyPath(id study.StudyID) string { return fmt.Sprintf("/lab/studies/%d", id) }

// study loads the study in the path.
func (s *Server) study(r *http.Request) (study.Study, error) {
	id, err := page.ID[study.StudyID](r, "study")
	if err != nil {
		return study.Study{}, err
	}
	return s.Store.Study(r.Context(), id)
}

// studyForm loads the study in the path, and reads the fields of the form that was posted there.
func (s *Server) studyForm(r *http.Request) (study.Study, url.Values, error) {
	in, err := page.Form(r)
	if err != nil {
		return study.Study{}, nil, err
	}
	st, err := s.study(r)
	return st, in, err
}

// ShowStudies lists the studies that are not in the archive.
func (s *Server) ShowStudies(w http.ResponseWriter, r *http.Request) error {
	rows, archived, err := s.studyRows(r, false)
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, view.Studies(s.LabPage(r, "Studies"), rows, archived))
}

// studyRows returns the rows of the studies in the archive, or of the others. left is the number of those left out.
func (s *Server) studyRows(r *http.Request, archived bool) (rows []view.StudyRow, left int, err error) {
	studies, err := s.Store.Studies(r.Context())
	if err != nil {
		return nil, 0, err
	}
	for _, st := range studies {
		if !page.Lists(r.Context(), st.ID) {
			continue
		}
		if (st.Openness.State == study.StudyArchived) != archived {
			left++
			continue
		}
		people, err := s.Store.Participants(r.Context(), st.ID)
		if err != nil {
			return nil, 0, err
		}
		sessions, err := s.Store.Sessions(r.Context(), st.ID)
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, s.studyRow(st, people, sessions))
	}
	return rows, left, nil
}

func (s *Server) studyRow(st study.Study, people []study.Participant, sessions []study.Session) view.StudyRow {
	row := view.StudyRow{Study: studyView(st), Appliance: st.Draft.Appliance, Created: s.Day(st.CreatedAt)}
	now := s.Now()
	for _, p := range people {
		if p.Simulated {
			continue
		}
		if p.Pilot {
			row.Pilots++
		} else {
			row.Participants++
		}
	}
	for _, v := range sessions {
		switch state := v.Assignment.State(now); {
		case v.Participant.Pilot || v.Participant.Simulated:
		case state == study.PlaceFinished:
			row.Finished++
		case state == study.PlaceActive || state == "":
			row.Running++
		}
	}
	return row
}

// studyView returns the study for the heads of its pages.
func studyView(st study.Study) view.Study {
	v := view.Study{ID: int64(st.ID), Title: st.Draft.Name(), State: "draft"}
	if st.Published == nil {
		if st.Openness.State != study.StudyOpen {
			v.State += ", " + string(st.Openness.State)
		}
		return v
	}
	v.Version = st.Published.Number
	v.State = fmt.Sprintf("version %d", v.Version)
	if st.Openness.State != study.StudyOpen {
		v.State += ", " + string(st.Openness.State)
	}
	if st.Changed() {
		v.Changed = true
		v.State += ", draft changed since"
	}
	return v
}

// ShowStudy shows the study's newest version in a form that can be quoted in a preregistration.
func (s *Server) ShowStudy(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	return s.renderStudy(w, r, http.StatusOK, st, said{})
}

// said has the sentences on a study's page that say why something could not be done just now.
type said struct {
	places string // a place could not be closed
	state  string // the study could not be closed, reopened, archived or deleted
}

// renderStudy shows that page.
func (s *Server) renderStudy(w http.ResponseWriter, r *http.Request, code int, st study.Study, why said) (err error) {
	p := s.LabPage(r, st.Draft.Name())
	p.Scripts, p.Styles = []string{"copy.js", "live.js"}, []string{"report.css"}
	v := view.Frozen{Study: studyView(st)}
	if v.Calibration, err = s.calibratingView(r.Context(), st); err != nil {
		return err
	}
	if v.Openness, err = s.opennessView(r, st, why.state); err != nil {
		return err
	}
	if st.Published != nil {
		v.Hash, v.At = st.Published.Hash, s.Moment(st.Published.PublishedAt)
		v.Canonical = st.Published.Text
		v.Preview = designPreview(st.Published.Design, nil)
		if v.Places, err = s.placesView(r, *st.Published); err != nil {
			return err
		}
		v.Places.Say = why.places
		if v.Moved, err = s.moved(r, st.Published.Design); err != nil {
			return err
		}
		if v.Versions, err = s.versionRows(r, st.ID); err != nil {
			return err
		}
	}
	return s.Render(w, r, code, view.StudyPage(p, v))
}

// versionRows lists the versions of a study, the newest first.
func (s *Server) versionRows(r *http.Request, id study.StudyID) (rows []view.VersionRow, err error) {
	versions, err := s.Store.Versions(r.Context(), id)
	if err != nil || len(versions) < 2 { // one is on the page already
		return nil, err
	}
	sessions, err := s.Store.Sessions(r.Context(), id)
	if err != nil {
		return nil, err
	}
	for i, v := range versions {
		row := view.VersionRow{
			Number: v.Number, At: s.Moment(v.PublishedAt), Hash: v.Hash,
			File: fmt.Sprintf("%s/versions/%d/study.yaml", studyPath(id), v.Number),
		}
		if i+1 < len(versions) {
			changes := document.Changes(questionnaire.Worded(versions[i+1].Design), questionnaire.Worded(v.Design))
			row.Changed, row.ChangedSaying = len(changes), document.OnlyWording(changes)
		}
		for _, x := range sessions {
			if x.Version.ID == v.ID && !x.Participant.Pilot && !x.Participant.Simulated {
				row.Begun++
				if !x.EndedAt.IsZero() {
					row.Ended++
				}
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
