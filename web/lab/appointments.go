package lab

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// ShowAppointments lists a study's slots, with the form that offers more.
func (s *Server) ShowAppointments(w http.ResponseWriter, r *http.Request) error {
	return s.renderAppointments(w, r, http.StatusOK, s.firstOffer())
}

// firstOffer returns what the form for new slots shows first.
func (s *Server) firstOffer() view.Offer {
	today := s.Now()
	tomorrow := page.DayStart(today.Year(), today.Month(), today.Day()+1, today.Location())
	return view.Offer{Date: tomorrow.Format(time.DateOnly), From: "09:00", To: "17:00", Station: "1"}
}

// OfferSlots offers as many appointments as fit between two times of a day.
func (s *Server) OfferSlots(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	slots, bad := s.readOffer(in, st)
	if len(bad) == 0 {
		err = s.Store.OfferSlots(r.Context(), slots, s.Machines)
	} else {
		err = study.Refuse(study.ErrInvalid, "some of these times cannot be offered")
	}
	if err == nil {
		return page.Redirect(w, r, studyPath(st.ID)+"/appointments")
	}
	if !errors.Is(err, study.ErrInvalid) && !errors.Is(err, study.ErrConflict) {
		return err
	}
	code, say := page.Explain(err)
	return s.renderAppointments(w, r, code, view.Offer{
		Date: in.Get("date"), From: in.Get("from"), To: in.Get("to"), Station: in.Get("station"), Faults: bad, Say: say,
	})
}

const mostSlots = 96 // that a form may offer at once

func (s *Server) readOffer(in url.Values, st study.Study) ([]study.Slot, faults) {
	bad := faults{}
	date, err := time.Parse(time.DateOnly, in.Get("date"))
	if err != nil {
		bad.add("date", "this is not a date: write it as in 2026-03-31")
	}
	at := func(field string) (first, last time.Time) {
		clock, err := time.Parse("15:04", in.Get(field))
		if err != nil {
			bad.add(field, "this is not a time: write it as in 14:30")
		}
		if len(bad) > 0 {
			return time.Time{}, time.Time{}
		}
		first, last, ok := page.OnClock(date, clock, s.Now().Location())
		if !ok {
			bad.add(field, "there is no %s on this day: the clocks are put forward over it", in.Get(field))
		}
		return first, last
	}
	from, _ := at("from")
	_, to := at("to")
	station := in.Get("station")
	length := appointmentLength(st.Current())
	switch {
	case station == "" || len(station) > 40 || !page.Storable(station):
		bad.add("station", "name the place in 1 to 40 characters")
	case len(bad) > 0:
	case from.Before(s.Now()):
		bad.add("from", "this time has passed")
	case from.Add(length).After(to):
		bad.add("to", "no appointment of %d minutes fits in before %s", int(length.Minutes()), in.Get("to"))
	}
	var slots []study.Slot
	for t := from; len(bad) == 0 && !t.Add(length).After(to) && len(slots) < mostSlots; t = t.Add(length) {
		slots = append(slots, study.Slot{Study: st.ID, Station: station, StartsAt: t, EndsAt: t.Add(length)})
	}
	return slots, bad
}

// appointmentLength returns how long an appointment takes, rounded up to five minutes.
func appointmentLength(d study.Design) time.Duration {
	const step = 5 * time.Minute
	return (d.Estimate() + d.SetUp + step - 1) / step * step
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
	offered, err := s.Store.Slots(r.Context(), id)
	if err != nil {
		return err
	}
	err = study.ErrNotFound // unless it is one of this study
	if slices.ContainsFunc(offered, func(x study.Slot) bool { return x.ID == slot }) {
		err = s.Store.RemoveSlot(r.Context(), slot)
	}
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

func (s *Server) renderAppointments(w http.ResponseWriter, r *http.Request, code int, f view.Offer) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	slots, err := s.Store.Slots(r.Context(), st.ID)
	if err != nil {
		return err
	}
	f.Minutes = int(appointmentLength(st.Current()).Minutes())
	f.Zone = page.ZoneInWords(s.Now())
	v := view.Appointments{Study: studyView(st), Offer: f, Days: s.Days(catalogue.English, slots, nil)}
	p := s.LabPage(r, "Appointments of "+st.Draft.Name())
	p.Scripts = []string{"own_time.js"}
	return s.Render(w, r, code, view.AppointmentsPage(p, v))
}

// ShowDay lists the appointments of one day across all studies.
func (s *Server) ShowDay(w http.ResponseWriter, r *http.Request) error {
	day := s.Now()
	if text := r.URL.Query().Get("date"); text != "" {
		var err error
		if day, err = time.Parse(time.DateOnly, text); err != nil {
			return study.Refuse(study.ErrInvalid, "“%s” is not a date: write it as in 2026-03-31", text)
		}
	}
	midnight := func(days int) time.Time { // days need not have 24 hours: clocks go forward and back
		return page.DayStart(day.Year(), day.Month(), day.Day()+days, s.Now().Location())
	}
	from, to := midnight(0), midnight(1)
	slots, err := s.Store.Day(r.Context(), from, to)
	if err != nil {
		return err
	}
	slots = slices.DeleteFunc(slots, func(x study.Slot) bool { return !page.May(r.Context(), study.Watch, x.Study) })
	studies, err := s.Store.Studies(r.Context())
	if err != nil {
		return err
	}
	titles := map[study.StudyID]string{}
	for _, st := range studies {
		titles[st.ID] = st.Draft.Name()
	}
	v := view.Day{
		Name: page.DayName(from), Zone: s.ZonesInWords(slots),
		Before: midnight(-1).Format(time.DateOnly), After: to.Format(time.DateOnly),
	}
	for _, d := range s.Days(catalogue.English, slots, titles) {
		v.Slots = append(v.Slots, d.Slots...)
	}
	p := s.LabPage(r, "Day")
	p.Scripts = []string{"own_time.js"}
	return s.Render(w, r, http.StatusOK, view.DayPage(p, v))
}
