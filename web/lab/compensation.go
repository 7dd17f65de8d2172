package lab

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// Compensations are what people got for taking part.
type Compensations interface {
	// RecordCompensations returns what study.Compensation.Check does, study.ErrNotFound if somebody is not of that study, or is simulated, and
	// study.AfterErasure if somebody asked to have erased what they gave.
	RecordCompensations(ctx context.Context, s study.StudyID, all []study.Compensation) error
	// Compensations returns the last word on each participant of whom somebody has said something.
	Compensations(ctx context.Context, s study.StudyID) (map[study.ParticipantID]study.Compensation, error)
	CompensationsOf(ctx context.Context, p study.ParticipantID) ([]study.Compensation, error) // all that was said, the oldest first
}

// ShowCompensation lists what the people of a study got for taking part, with the form that records it.
func (s *Server) ShowCompensation(w http.ResponseWriter, r *http.Request) error {
	return s.renderCompensation(w, r, http.StatusOK, view.Compensation{})
}

func (s *Server) renderCompensation(w http.ResponseWriter, r *http.Request, code int, v view.Compensation) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	if v.Rows, err = s.compensationRows(r.Context(), st); err != nil {
		return err
	}
	v.Study, v.Limit = studyView(st), study.AmountLimit
	return s.Render(w, r, code, view.CompensationPage(s.LabPage(r, "Compensation in "+st.Draft.Name()), v))
}

// compensationRows are the people of a study with what they got. Pilots and those who never began are among them; simulated ones are not.
func (s *Server) compensationRows(ctx context.Context, st study.Study) (rows []view.CompensationRow, err error) {
	people, err := s.Store.Participants(ctx, st.ID)
	if err != nil {
		return nil, err
	}
	got, err := s.Store.Compensations(ctx, st.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		if p.Simulated {
			continue
		}
		row := view.CompensationRow{ID: int64(p.ID), Code: p.Code, Pilot: p.Pilot, State: "not begun"}
		switch {
		case !p.ErasedAt.IsZero():
			row.State, row.Erased = "erased", true
		case p.Ruled == study.PlaceWithdrawn:
			row.State = "withdrawn"
		case p.Finished:
			row.State = "finished"
		case p.Session != 0:
			row.State = "begun"
		}
		if c := got[p.ID]; c.Amount != "" {
			row.Amount, row.When = c.Amount, s.Moment(c.At)
			row.By = c.Name
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// RecordCompensation records what the people who were ticked got.
func (s *Server) RecordCompensation(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	err = s.CompensateBy(r.Context(), st.ID, in)
	if say := study.Sentence(err); say != "" {
		v := view.Compensation{Amount: strings.TrimSpace(in.Get("amount")), Who: in["who"], Say: page.Sentence(say)}
		return s.renderCompensation(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/compensation")
}

var errWhom = study.Refuse(study.ErrInvalid, "Tick whom it is about.")

// CompensateBy records what the people of the fields "who" got, as a form says: of all of them, or of none.
func (s *Server) CompensateBy(ctx context.Context, id study.StudyID, in url.Values) error {
	amount := strings.TrimSpace(in.Get("amount"))
	switch {
	case in.Get("do") == "nothing":
		amount = ""
	case amount == "":
		return study.Refuse(study.ErrInvalid, "Say how much they got, as in 10 EUR.")
	case !page.Storable(amount):
		return study.Refuse(study.ErrInvalid, "Use plain text: some of these characters cannot be stored.")
	}
	var all []study.Compensation
	for _, who := range in["who"] {
		p, err := strconv.ParseInt(who, 10, 64)
		if err != nil {
			return errWhom
		}
		all = append(all, study.Compensation{Participant: study.ParticipantID(p), Amount: amount, By: page.Who(ctx).ID, At: s.Now()})
	}
	if len(all) == 0 {
		return errWhom
	}
	people, err := s.Store.Participants(ctx, id)
	if err == nil {
		err = allThere(people, in["who"])
	}
	if err != nil {
		return err
	}
	return s.Store.RecordCompensations(ctx, id, all)
}

// PrintCompensation shows a sheet on which people sign for what they got. Who got nothing is not on it.
func (s *Server) PrintCompensation(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	rows, err := s.compensationRows(r.Context(), st)
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(row view.CompensationRow) bool { return row.Amount == "" })
	v := view.Compensation{Study: studyView(st), Rows: rows, Printed: s.Moment(s.Now())}
	return s.Render(w, r, http.StatusOK, view.SignatureSheet(s.LabPage(r, "Signatures for "+st.Draft.Name()), v))
}
