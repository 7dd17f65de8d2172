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
	"unicode/utf8"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// participant returns the participant in the path, who must be of study st.
func (s *Server) participant(r *http.Request, st study.Study) (study.Participant, error) {
	id, err := page.ID[study.ParticipantID](r, "participant")
	if err != nil {
		return study.Participant{}, err
	}
	return s.participantNumbered(r.Context(), st.ID, id)
}

// ShowPerson shows what is on record of one participant as a person of the study.
func (s *Server) ShowPerson(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	p, err := s.participant(r, st)
	if err != nil {
		return err
	}
	return s.renderPerson(w, r, http.StatusOK, st, p, view.Person{})
}

// renderPerson shows that page. tried has what was typed in the form, and what was wrong with it.
func (s *Server) renderPerson(w http.ResponseWriter, r *http.Request, code int, st study.Study, p study.Participant, tried view.Person) error {
	v := view.Person{
		Study: studyView(st), Action: fmt.Sprintf("%s/participants/%d/withdraw", studyPath(st.ID), p.ID),
		Code: p.Code, Pilot: p.Pilot, Simulated: p.Simulated, Mails: s.Mails && !p.Simulated, Added: s.Moment(p.AddedAt), Session: int64(p.Session), ID: int64(p.ID),
		Withdrawn: p.Ruled == study.PlaceWithdrawn, Why: tried.Why, Say: tried.Say,
	}
	v.Link, v.Made = s.linkWords(p)
	who := study.Person{Participant: p}
	if p.Session != 0 {
		var err error
		if who.Visit, err = s.Store.Session(r.Context(), p.Session); err != nil {
			return err
		}
		if a := who.Visit.Assignment; a.Ruling.State != "" {
			v.Ruled, v.RuledWhy = s.rulingWords(a.Ruling), reasonWords(a.Ruling.Ground, a.Ruling.Why)
		}
	}
	diary, err := s.Store.Diary(r.Context(), p.ID)
	if err != nil {
		return err
	}
	has, _ := diary.Current()
	who.BookedUntil, v.Appointments = has.EndsAt, s.appointmentRows(diary, st)
	v.State = stateWords[who.State(s.Now())]
	stone, err := s.Store.Tombstone(r.Context(), p.ID)
	if err != nil && !errors.Is(err, study.ErrNotFound) {
		return err
	}
	var left *study.Tombstone
	if err == nil {
		left = &stone
		v.Stone, v.Erased = s.tombstoneView(stone), !stone.FilesGoneAt.IsZero()
	}
	if v.Timeline, err = s.timelineOf(r.Context(), p, who.Visit, diary, left); err != nil {
		return err
	}
	shown := s.LabPage(r, p.Code)
	shown.Styles = []string{"timeline.css"}
	return s.Render(w, r, code, view.PersonPage(shown, v))
}

func (s *Server) tombstoneView(t study.Tombstone) *view.Tombstone {
	v := &view.Tombstone{
		Asked: s.Moment(t.AskedAt), By: cmp.Or(t.Name, "the participant"), Erased: s.Moment(t.ErasedAt), Files: s.Moment(t.FilesGoneAt),
		Rows: strconv.Itoa(t.Total()), Attempts: strconv.Itoa(len(t.Attempts)),
	}
	for _, k := range t.Removed {
		v.Kinds = append(v.Kinds, view.Removed{Kind: strings.ReplaceAll(k.Kind, "_", " "), Rows: strconv.Itoa(k.Rows)})
	}
	return v
}

// WithdrawPerson withdraws a participant who told an experimenter that they take no part any more.
func (s *Server) WithdrawPerson(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	p, err := s.participant(r, st)
	if err != nil {
		return err
	}
	err = s.withdraw(r.Context(), p, in)
	if say := study.Sentence(err); say != "" && errors.Is(err, study.ErrInvalid) {
		return s.renderPerson(w, r, http.StatusUnprocessableEntity, st, p, view.Person{Why: in.Get("why"), Say: say})
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, fmt.Sprintf("%s/participants/%d", studyPath(st.ID), p.ID))
}

// WithdrawBy withdraws a participant of a study, as a form says.
func (s *Server) WithdrawBy(ctx context.Context, in study.StudyID, id study.ParticipantID, form url.Values) error {
	p, err := s.participantNumbered(ctx, in, id)
	if err != nil {
		return err
	}
	return s.withdraw(ctx, p, form)
}

// withdraw withdraws somebody, whose data are kept or erased, as the field "data" says.
func (s *Server) withdraw(ctx context.Context, p study.Participant, in url.Values) error {
	why, data := strings.TrimSpace(in.Get("why")), in.Get("data")
	switch {
	case data != "keep" && data != "erase":
		return study.Refuse(study.ErrInvalid, "Choose whether what they gave is kept or erased.")
	case utf8.RuneCountInString(why) > reasonLimit || !page.Storable(why):
		return study.Refuse(study.ErrInvalid, "Say it in up to %d characters.", reasonLimit)
	}
	return s.Leave.Withdraw(ctx, p, study.Withdrawal{Erase: data == "erase", By: page.Who(ctx).ID, Why: why, At: s.Now()})
}
