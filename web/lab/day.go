package lab

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// ShowDay lists the appointments of one day across all studies: who comes when at which station, what each needs, and how far they are. It can be
// printed, so it says nothing of how a participant reaches their machine.
func (s *Server) ShowDay(w http.ResponseWriter, r *http.Request) error {
	day := study.DateOf(s.Now())
	if text := r.URL.Query().Get("date"); text != "" {
		var err error
		if day, err = study.ParseDate(text); err != nil {
			return err
		}
	}
	zone := s.Now().Location()
	from, to := day.Start(zone), day.Add(1).Start(zone)
	slots, err := s.Store.Day(r.Context(), from, to)
	if err != nil {
		return err
	}
	slots = slices.DeleteFunc(slots, func(x study.Slot) bool { return !page.May(r.Context(), study.Watch, x.Study) })
	comes, titles, err := s.whoComes(r.Context(), slots)
	if err != nil {
		return err
	}
	v := view.Day{
		Name: page.DayName(from), Zone: s.ZonesInWords(slots),
		Before: day.Add(-1).String(), After: day.Add(1).String(),
	}
	i := 0
	for _, d := range s.Days(catalogue.English, slots, titles) {
		for _, x := range d.Slots {
			row := comes[slots[i].ID]
			row.Slot = x
			v.Grouped = v.Grouped || row.Group != ""
			v.Slots = append(v.Slots, row)
			i++
		}
	}
	p := s.LabPage(r, "Day")
	p.Scripts = []string{"own_time.js"}
	return s.Render(w, r, http.StatusOK, view.DayPage(p, v))
}

// whoComes says what is to be known of everybody who has one of some slots, by the slot, and what their studies are called. It asks once for each study.
func (s *Server) whoComes(ctx context.Context, slots []study.Slot) (comes map[study.SlotID]view.DaySlot, titles map[study.StudyID]string, err error) {
	comes, titles = map[study.SlotID]view.DaySlot{}, map[study.StudyID]string{}
	for _, x := range slots {
		if titles[x.Study] != "" {
			continue
		}
		st, err := s.Store.Study(ctx, x.Study)
		if err != nil {
			return nil, nil, err
		}
		titles[x.Study] = st.Draft.Name()
		if err := s.whoComesTo(ctx, st, comes); err != nil {
			return nil, nil, err
		}
	}
	return comes, titles, nil
}

// whoComesTo adds the people of one study who have an appointment.
func (s *Server) whoComesTo(ctx context.Context, st study.Study, comes map[study.SlotID]view.DaySlot) error {
	people, err := s.Store.Participants(ctx, st.ID)
	if err != nil {
		return err
	}
	sessions, err := s.Store.Sessions(ctx, st.ID)
	if err != nil {
		return err
	}
	visits := map[study.SessionID]study.Session{}
	for _, x := range sessions {
		visits[x.ID] = x
	}
	diaries, err := s.Store.Diaries(ctx, st.ID)
	if err != nil {
		return err
	}
	for _, p := range people {
		d, x := diaries[p.ID], visits[p.Session]
		for _, a := range d.Appointments() {
			if a.Lost.Kind != "" {
				continue
			}
			row := view.DaySlot{Person: int64(p.ID), Language: languageWords(st, x), State: s.dayState(p, x, d, a), Visit: visitWords(a.Got.Visit, d, st, x)}
			if page.May(ctx, study.Conduct, st.ID) {
				row.Group = groupWords(st, p, x)
			}
			comes[a.Got.Slot] = row
		}
	}
	return nil
}

// languageWords says in which language somebody takes part; before the visit, in which they may.
func languageWords(st study.Study, x study.Session) string {
	spoken := st.Current().Spoken()
	if x.ID != 0 {
		spoken = []study.Language{x.Speaks()}
	}
	var names []string
	for _, l := range spoken {
		names = append(names, catalogue.NameInEnglish(l))
	}
	return strings.Join(names, " or ")
}

// groupsTell reports whether the groups of a study tell the access method, now or in the version of a session.
func groupsTell(st study.Study, x study.Session) bool {
	return st.Current().GroupsTellMethods() || x.ID != 0 && x.Version.Design.GroupsTellMethods()
}

// groupWords says in which group somebody is; empty in a study without groups, and in one whose groups tell the access method.
func groupWords(st study.Study, p study.Participant, x study.Session) string {
	switch {
	case groupsTell(st, x):
		return ""
	case x.Assignment.Taken():
		return x.Assignment.Place.Group
	case p.Put != "":
		return p.Put
	case st.Published != nil && len(groupChoices(st.Published.Design)) > 0:
		return "not yet"
	}
	return ""
}

// dayState says how far somebody is with the visit that an appointment of theirs is for.
func (s *Server) dayState(p study.Participant, x study.Session, d study.Diary, a study.Appointment) string {
	state := d.State(a, s.Now())
	if state == study.AppointmentMissed || a.Got.Visit < d.Visit {
		return appointmentWords[state]
	}
	return stateWords[study.Person{Participant: p, BookedUntil: a.Got.EndsAt, Visit: x}.State(s.Now())]
}
