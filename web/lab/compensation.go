package lab

import (
	"context"
	"net/http"
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
	amount := strings.TrimSpace(in.Get("amount"))
	v := view.Compensation{Amount: amount, Who: in["who"]}
	again := func(say string) error {
		v.Say = say
		return s.renderCompensation(w, r, http.StatusUnprocessableEntity, v)
	}
	if in.Get("do") == "nothing" {
		amount = ""
	} else if amount == "" {
		return again("Say how much they got, as in 10 EUR.")
	}
	var all []study.Compensation
	for _, who := range in["who"] {
		id, err := strconv.ParseInt(who, 10, 64)
		if err != nil {
			return again("Tick whom it is about.")
		}
		all = append(all, study.Compensation{Participant: study.ParticipantID(id), Amount: amount, By: page.Who(r.Context()).ID, At: s.Now()})
	}
	if len(all) == 0 {
		return again("Tick whom it is about.")
	}
	if !page.Storable(amount) {
		return again("Use plain text: some of these characters cannot be stored.")
	}
	err = s.Store.RecordCompensations(r.Context(), st.ID, all)
	if say := study.Sentence(err); say != "" {
		return again(page.Sentence(say))
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/compensation")
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
