package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// ShowAppointments lists a study's slots, with the form that offers more. If its address has what the form asks for, it shows which times that
// would be.
func (s *Server) ShowAppointments(w http.ResponseWriter, r *http.Request) error {
	in := r.URL.Query()
	if !in.Has("date") {
		return s.renderAppointments(w, r, http.StatusOK, s.firstOffer())
	}
	st, err := s.study(r)
	if err != nil {
		return err
	}
	o, err := s.propose(r.Context(), st, in)
	if err != nil {
		return err
	}
	code, f := http.StatusOK, typedOffer(in)
	if f.Faults = o.bad; len(o.bad) > 0 {
		code, f.Say = http.StatusUnprocessableEntity, "Some of these times cannot be offered."
	} else {
		f.Preview = s.previewOf(o, in)
	}
	return s.renderAppointments(w, r, code, f)
}

// appointmentLength returns how long an appointment takes, which is for the first visit, rounded up to five minutes.
func appointmentLength(d study.Design) time.Duration { return appointmentLengths(d)[0] }

// appointmentLengths returns how long the station is taken for each visit.
func appointmentLengths(d study.Design) (all []time.Duration) {
	const step = 5 * time.Minute
	for _, takes := range d.EstimatedVisits() {
		all = append(all, (takes+d.SetUp+step-1)/step*step)
	}
	return all
}

// RemoveSlot takes a free slot back.
func (s *Server) RemoveSlot(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.StudyID](r, "study")
	if err != nil {
		return err
	}
	slot, err := page.ID[study.SlotID](r, "slot")
	if err != nil {
		return err
	}
	err = s.TakeSlotBack(r.Context(), id, slot)
	code, say := page.Explain(err)
	switch {
	case errors.Is(err, study.ErrNotFound): // for example after a second press of the button
		say = "This time is not on offer any more."
	case err != nil && !errors.Is(err, study.ErrConflict):
		return err
	}
	if err != nil {
		f := s.firstOffer()
		f.Say = say
		return s.renderAppointments(w, r, code, f)
	}
	return page.Redirect(w, r, studyPath(id)+"/appointments")
}

// TakeSlotBack takes a free slot of a study back.
func (s *Server) TakeSlotBack(ctx context.Context, in study.StudyID, id study.SlotID) error {
	if _, err := s.slotNumbered(ctx, in, id); err != nil {
		return err
	}
	return s.Store.RemoveSlot(ctx, id)
}

func (s *Server) renderAppointments(w http.ResponseWriter, r *http.Request, code int, f view.Offer) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	slots, err := s.Store.Slots(r.Context(), st.ID)
	if err != nil {
		return err
	}
	diaries, err := s.Store.Diaries(r.Context(), st.ID)
	if err != nil {
		return err
	}
	f.Minutes = int(appointmentLength(st.Current()).Minutes())
	f.Zone = page.ZoneInWords(s.Now())
	f.Days = weekdays(f.Weekdays)
	v := view.Appointments{Study: studyView(st), Offer: f, Days: s.Days(catalogue.English, slots, nil)}
	for _, day := range v.Days {
		for i := range day.Slots {
			day.Slots[i].State = s.slotState(day.Slots[i].ID, slots, diaries, st)
		}
	}
	if v.People, err = s.whoMayCome(r, st); err != nil {
		return err
	}
	if v.Lost, err = s.lostAppointments(r, st, diaries); err != nil {
		return err
	}
	if v.Mails, err = s.failedMailRows(r, st, diaries); err != nil {
		return err
	}
	if v.Appointing = f.Appointing; v.Appointing == nil {
		said, err := s.Store.Appointing(r.Context(), st.ID)
		if err != nil {
			return err
		}
		v.Appointing = &view.Appointing{Notice: strconv.Itoa(int(said.Notice.Hours())), Contact: said.Contact, Mail: said.Mail, Remind: strconv.Itoa(int(said.Remind.Hours()))}
	}
	v.Appointing.Mails = s.Mails
	p := s.LabPage(r, "Appointments of "+st.Draft.Name())
	p.Scripts = []string{"own_time.js"}
	return s.Render(w, r, code, view.AppointmentsPage(p, v))
}

// slotState says what has become of a slot, in words; empty for one that is free.
func (s *Server) slotState(id int64, slots []study.Slot, diaries map[study.ParticipantID]study.Diary, st study.Study) string {
	i := slices.IndexFunc(slots, func(x study.Slot) bool { return int64(x.ID) == id })
	state, visit := s.StateOfSlot(slots[i], diaries)
	if state == "" {
		return ""
	}
	words := appointmentWords[state]
	if state == study.AppointmentDue && !s.Now().Before(slots[i].StartsAt) {
		words = "now"
	}
	if of := visitWords(visit, diaries[slots[i].Participant], st, study.Session{}); of != "" {
		words += ", " + of
	}
	return words
}

// StateOfSlot returns how the appointment stands that is at a time now, and for which visit it is; empty and 0 for a time that is free.
func (s *Server) StateOfSlot(slot study.Slot, diaries map[study.ParticipantID]study.Diary) (study.AppointmentState, int) {
	d := diaries[slot.Participant]
	a, ok := d.At(slot.ID)
	if !ok {
		return "", 0
	}
	return d.State(a, s.Now()), a.Got.Visit
}

// lostAppointments are those that were moved, cancelled or missed, the newest first.
func (s *Server) lostAppointments(r *http.Request, st study.Study, diaries map[study.ParticipantID]study.Diary) (rows []view.AppointmentRow, err error) {
	people, err := s.Store.Participants(r.Context(), st.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		for _, row := range s.appointmentRows(diaries[p.ID], st) {
			if row.Lost != "" {
				row.Code, row.Participant = p.Code, int64(p.ID)
				rows = append(rows, row)
			}
		}
	}
	return rows, nil
}

// visitWords says for which visit something is, where somebody comes more than once; else it is empty. Before they begin, the study says how often. Where
// groups tell the access method, how often somebody comes may tell their group, so it is not said. x is their session, if it is known.
func visitWords(visit int, d study.Diary, st study.Study, x study.Session) string {
	of, tells := d.Visits, groupsTell(st, x)
	if of == 0 || tells {
		of = st.Current().VisitCount()
	}
	switch {
	case of < 2:
		return ""
	case tells:
		return fmt.Sprintf("visit %d", max(1, visit))
	}
	return fmt.Sprintf("visit %d of %d", max(1, visit), of)
}

// whoMayCome are the participants to whom a time can be given: who takes part, and is not in a visit and has another one to come.
func (s *Server) whoMayCome(r *http.Request, st study.Study) (all []view.Choice, err error) {
	people, err := s.Store.Participants(r.Context(), st.ID)
	if err != nil || st.Published == nil || st.Appoints() != nil {
		return nil, err
	}
	diaries, err := s.Store.Diaries(r.Context(), st.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		d := diaries[p.ID]
		if p.Session != 0 && !d.Between() || d.Out || p.Ruled == study.PlaceWithdrawn || p.Simulated {
			continue
		}
		c := view.Choice{Value: strconv.FormatInt(int64(p.ID), 10), Label: p.Code}
		if words := visitWords(d.Visit, d, st, study.Session{}); words != "" {
			c.Label += ", " + words
		}
		if has, ok := d.Current(); ok {
			c.Label += ", instead of " + s.appointmentOf(slotOfFact(has))
		}
		all = append(all, c)
	}
	return all, nil
}
