package lab

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// bookingReasons are the reasons for a change of an appointment, in words. Participants have given some of them, experimenters others.
var bookingReasons = map[study.BookingReason]string{
	study.ReasonAsked: "The participant asked for it", study.ReasonIll: "Illness", study.ReasonBusy: "No time then", study.ReasonTechnical: "Something technical",
	study.ReasonUnsaid: "They would rather not say", study.ReasonOther: "Another reason, as written",
}

// whyWords says why an appointment was changed.
func whyWords(b study.Booking) string {
	switch {
	// What an experimenter's ruling took back has no reason of its own.
	case b.Reason == "" || b.Reason == study.ReasonOther || b.Reason == study.ReasonUnsaid && b.By != 0:
		return b.Why
	case b.Why == "":
		return bookingReasons[b.Reason]
	}
	return bookingReasons[b.Reason] + ": " + b.Why
}

// appointmentWords are the states of appointments in words.
var appointmentWords = map[study.AppointmentState]string{
	study.AppointmentDue: "to come", study.AppointmentKept: "came", study.AppointmentMissed: "did not come",
	study.AppointmentMoved: "moved", study.AppointmentCancelled: "cancelled",
}

// reasonChoices are the reasons as a form of experimenters offers them.
func reasonChoices() (all []view.Choice) {
	for _, r := range study.BookingReasons(false) {
		all = append(all, view.Choice{Value: string(r), Label: bookingReasons[r]})
	}
	return all
}

// appointmentRows says what became of each appointment of somebody, the newest first.
func (s *Server) appointmentRows(d study.Diary, st study.Study) (rows []view.AppointmentRow) {
	for _, a := range slices.Backward(d.Appointments()) {
		row := view.AppointmentRow{When: s.appointmentOf(slotOfFact(a.Got)), State: appointmentWords[d.State(a, s.Now())], Got: s.factWords(a.Got)}
		if d.State(a, s.Now()) == study.AppointmentDue && !s.Now().Before(a.Got.StartsAt) {
			row.State = "now"
		}
		if words := visitWords(a.Got.Visit, d, st, study.Session{}); words != "" {
			row.When += ", " + words
		}
		if a.Lost.Kind != "" {
			row.Lost = s.factWords(a.Lost)
		}
		rows = append(rows, row)
	}
	return rows
}

func slotOfFact(b study.Booking) study.Slot {
	return study.Slot{ID: b.Slot, Station: b.Station, StartsAt: b.StartsAt, EndsAt: b.EndsAt, Participant: b.Participant}
}

// kindWords are what happened to an appointment, in words.
var kindWords = map[study.BookingKind]string{
	study.BookingMade: "Booked", study.BookingMoved: "Moved", study.BookingWalkedIn: "Came without one",
	study.BookingCancelled: "Cancelled", study.BookingMissed: "Marked as missed",
}

// factWords says what happened, by whom, when and why.
func (s *Server) factWords(b study.Booking) string {
	say := fmt.Sprintf("%s by %s on %s", kindWords[b.Kind], cmp.Or(b.Name, "the participant"), s.Moment(b.At))
	if why := whyWords(b); why != "" {
		say += " (" + why + ")"
	}
	return say
}

// slotInPath returns the slot in the path, which must be of the study st, and all slots of st.
func (s *Server) slotInPath(r *http.Request, st study.Study) (study.Slot, []study.Slot, error) {
	id, err := page.ID[study.SlotID](r, "slot")
	if err != nil {
		return study.Slot{}, nil, err
	}
	return s.slotOfStudy(r.Context(), st.ID, id)
}

// slotOfStudy returns a slot of a study, and all of its slots.
func (s *Server) slotOfStudy(ctx context.Context, in study.StudyID, id study.SlotID) (study.Slot, []study.Slot, error) {
	all, err := s.Store.Slots(ctx, in)
	if err != nil {
		return study.Slot{}, nil, err
	}
	i := slices.IndexFunc(all, func(x study.Slot) bool { return x.ID == id })
	if i < 0 {
		return study.Slot{}, nil, errNoTime(in, id)
	}
	return all[i], all, nil
}

// ShowSlot shows one time, who has it, and what can be done with it.
func (s *Server) ShowSlot(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	return s.renderSlot(w, r, http.StatusOK, st, view.SlotPage{})
}

// renderSlot shows that page. tried has what was typed in a form, and what was wrong with it.
func (s *Server) renderSlot(w http.ResponseWriter, r *http.Request, code int, st study.Study, v view.SlotPage) error {
	slot, all, err := s.slotInPath(r, st)
	if err != nil {
		return err
	}
	now := s.Now()
	begun, over := !now.Before(slot.StartsAt), !now.Before(slot.EndsAt)
	v.Study, v.Action = studyView(st), fmt.Sprintf("%s/appointments/%d", studyPath(st.ID), slot.ID)
	v.Day, v.Time, v.Zone, v.Station = page.DayName(s.Local(slot.StartsAt)), s.Span(slot.StartsAt, slot.EndsAt), page.ZoneInWords(s.Local(slot.StartsAt)), slot.Station
	v.Reasons = reasonChoices()
	if slot.Participant == 0 {
		v.State, v.MayRemove = "free", true
		if over {
			v.State = "nobody had it"
		} else if v.People, err = s.whoMayCome(r, st); err != nil {
			return err
		}
		return s.Render(w, r, code, view.ShowSlotPage(s.LabPage(r, "An appointment of "+st.Draft.Name()), v))
	}
	diary, err := s.Store.Diary(r.Context(), slot.Participant)
	if err != nil {
		return err
	}
	v.Code, v.Participant, v.History = slot.Code, int64(slot.Participant), s.appointmentRows(diary, st)
	theirs, _ := diary.At(slot.ID)
	v.State, v.Visit = appointmentWords[diary.State(theirs, now)], visitWords(theirs.Got.Visit, diary, st, study.Session{})
	has, current := diary.Current()
	v.MayMove = current && has.Slot == slot.ID && !diary.Begun()
	v.MayCancel, v.MayMiss = v.MayMove && !over, v.MayMove && begun
	for _, x := range all {
		if v.MayMove && x.Participant == 0 && now.Before(x.EndsAt) && !x.StartsAt.Before(diary.Back) {
			v.Free = append(v.Free, view.Choice{Value: strconv.FormatInt(int64(x.ID), 10), Label: s.appointmentOf(x)})
		}
	}
	return s.Render(w, r, code, view.ShowSlotPage(s.LabPage(r, "An appointment of "+st.Draft.Name()), v))
}

// factIn reads from a form what an experimenter does with an appointment, and why.
func (s *Server) factIn(ctx context.Context, in url.Values) (study.Booking, error) {
	b := study.Booking{Reason: study.BookingReason(in.Get("ground")), By: page.Who(ctx).ID, At: s.Now()}
	if strings.TrimSpace(in.Get("reason")) == "" {
		return b, nil
	}
	var err error
	b.Why, err = wordsIn(in, "reason", "A reason", reasonLimit)
	return b, err
}

// A SlotDeed does something with a time, as the fields of a form say. b has who does it, when and why.
type SlotDeed func(s *Server, ctx context.Context, slot study.Slot, in url.Values, b study.Booking) error

// DoWithSlot does something with a slot of a study that a form asks for.
func (s *Server) DoWithSlot(ctx context.Context, in study.StudyID, id study.SlotID, do SlotDeed, form url.Values) error {
	slot, err := s.slotNumbered(ctx, in, id)
	if err != nil {
		return err
	}
	b, err := s.factIn(ctx, form)
	if err != nil {
		return err
	}
	return do(s, ctx, slot, form, b)
}

// changeSlot does something with the slot in the path that a form asks for. It leads to the list; what cannot be done is said on the page of the slot.
func (s *Server) changeSlot(w http.ResponseWriter, r *http.Request, do SlotDeed) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	slot, _, err := s.slotInPath(r, st)
	if errors.Is(err, study.ErrNotFound) {
		f := s.firstOffer()
		f.Say = "This time is not on offer any more."
		return s.renderAppointments(w, r, http.StatusNotFound, f)
	}
	if err == nil {
		err = s.DoWithSlot(r.Context(), st.ID, slot.ID, do, in)
	}
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		return s.renderSlot(w, r, code, st, view.SlotPage{Say: page.Sentence(say), Ground: in.Get("ground"), Reason: in.Get("reason"), To: in.Get("to"), Who: in.Get("who")})
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/appointments")
}

// errNoChoice asks for what a form offers to choose from.
var errNoChoice = study.Refuse(study.ErrInvalid, "Choose one from the list.")

// chosenID reads an id that a form offers to choose from.
func chosenID[ID ~int64](in url.Values, field string) (ID, error) {
	n, err := strconv.ParseInt(in.Get(field), 10, 64)
	if err != nil || n <= 0 {
		return 0, errNoChoice
	}
	return ID(n), nil
}

// AssignSlot gives a free time to a participant.
func (s *Server) AssignSlot(w http.ResponseWriter, r *http.Request) error {
	return s.changeSlot(w, r, (*Server).Assign)
}

// Assign gives slot to the participant of the field "who".
func (s *Server) Assign(ctx context.Context, slot study.Slot, in url.Values, b study.Booking) (err error) {
	if b.Participant, err = chosenID[study.ParticipantID](in, "who"); err != nil {
		return err
	}
	if err = s.appoints(ctx, slot.Study); err != nil {
		return err
	}
	if _, err = s.participantNumbered(ctx, slot.Study, b.Participant); err != nil {
		return err
	}
	b.Slot = slot.ID
	_, err = s.Store.BookSlot(ctx, b)
	return err
}

// appoints returns why nobody gets an appointment in a study; nil if they may.
func (s *Server) appoints(ctx context.Context, in study.StudyID) error {
	st, err := s.Store.Study(ctx, in)
	if err != nil {
		return err
	}
	return st.Appoints()
}

// errNobody says that nobody has an appointment whose page somebody still has open.
var errNobody = study.Refuse(study.ErrConflict, "Nobody has this time any more: it was moved or cancelled meanwhile.")

// errAnother says that somebody else has an appointment than its page showed.
var errAnother = study.Refuse(study.ErrConflict, "Somebody else has this time now: it was moved or cancelled meanwhile.")

// holder returns who has a time. A form says who had it when its page was shown; nothing is done to anybody else.
func holder(slot study.Slot, in url.Values) (study.ParticipantID, error) {
	switch {
	case slot.Participant == 0:
		return 0, errNobody
	case in.Get("participant") != strconv.FormatInt(int64(slot.Participant), 10):
		return 0, errAnother
	}
	return slot.Participant, nil
}

// MoveSlot gives who has a time another one.
func (s *Server) MoveSlot(w http.ResponseWriter, r *http.Request) error {
	return s.changeSlot(w, r, (*Server).Move)
}

// Move gives who has slot the one of the field "to".
func (s *Server) Move(ctx context.Context, slot study.Slot, in url.Values, b study.Booking) (err error) {
	if b.Participant, err = holder(slot, in); err != nil {
		return err
	}
	if b.Slot, err = chosenID[study.SlotID](in, "to"); err != nil {
		return err
	}
	if _, err = s.slotNumbered(ctx, slot.Study, b.Slot); err != nil {
		return err
	}
	if err = s.appoints(ctx, slot.Study); err != nil {
		return err
	}
	b.From = slot.ID
	_, err = s.Store.BookSlot(ctx, b)
	return err
}

// CancelSlot cancels an appointment.
func (s *Server) CancelSlot(w http.ResponseWriter, r *http.Request) error {
	return s.changeSlot(w, r, (*Server).Cancel)
}

// MissSlot says that somebody did not come.
func (s *Server) MissSlot(w http.ResponseWriter, r *http.Request) error {
	return s.changeSlot(w, r, (*Server).Miss)
}

// Cancel cancels the appointment of who has slot.
func (s *Server) Cancel(ctx context.Context, slot study.Slot, in url.Values, b study.Booking) error {
	return s.endBooking(ctx, slot, in, b, study.BookingCancelled)
}

// Miss says that who has slot did not come.
func (s *Server) Miss(ctx context.Context, slot study.Slot, in url.Values, b study.Booking) error {
	return s.endBooking(ctx, slot, in, b, study.BookingMissed)
}

func (s *Server) endBooking(ctx context.Context, slot study.Slot, in url.Values, b study.Booking, kind study.BookingKind) (err error) {
	if b.Participant, err = holder(slot, in); err != nil {
		return err
	}
	b.Slot, b.Kind = slot.ID, kind
	return s.Store.EndBooking(ctx, b)
}

// WalkIn lets somebody begin who has come without an appointment.
func (s *Server) WalkIn(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	_, err = s.WalkInBy(r.Context(), st.ID, in)
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		f := s.firstOffer()
		f.WalkInSay, f.Who, f.At = page.Sentence(say), in.Get("who"), in.Get("station")
		return s.renderAppointments(w, r, code, f)
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/appointments")
}

// WalkInBy gives the participant of the field "who" a time that begins now, at the place of the field "station".
func (s *Server) WalkInBy(ctx context.Context, id study.StudyID, in url.Values) (study.Slot, error) {
	st, err := s.Store.Study(ctx, id)
	if err != nil {
		return study.Slot{}, err
	}
	if err := st.Appoints(); err != nil {
		return study.Slot{}, err
	}
	now, station := s.Now(), strings.TrimSpace(in.Get("station"))
	who, err := chosenID[study.ParticipantID](in, "who")
	if err == nil && (station == "" || len([]rune(station)) > stationLimit || !page.Storable(station)) {
		err = study.Refuse(study.ErrInvalid, "name the place in 1 to %d characters", stationLimit)
	}
	if err == nil {
		_, err = s.participantNumbered(ctx, id, who)
	}
	if err != nil {
		return study.Slot{}, err
	}
	diary, err := s.Store.Diary(ctx, who)
	if err != nil {
		return study.Slot{}, err
	}
	lengths := appointmentLengths(st.Current())
	length := lengths[min(max(1, diary.Visit), len(lengths))-1]
	slot := study.Slot{Study: id, Station: station, StartsAt: now, EndsAt: now.Add(length)}
	return s.Store.WalkIn(ctx, study.Booking{Participant: who, By: page.Who(ctx).ID, At: now}, slot, s.Machines)
}

const stationLimit = 40 // characters
