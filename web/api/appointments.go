package api

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"vmstudy/study"
	"vmstudy/web/lab"
	"vmstudy/web/page"
)

// InSlot names a time in the path.
type InSlot struct {
	InStudy
	Slot int64 `path:"slot" minimum:"1" doc:"Number of the time."`
}

// Appointment is a time on offer at a station, and who has it.
type Appointment struct {
	ID          int64     `json:"id"`
	Station     string    `json:"station"`
	StartsAt    time.Time `json:"starts_at"`
	EndsAt      time.Time `json:"ends_at"`
	State       string    `json:"state" enum:"free,due,kept,missed,moved,cancelled"`
	Participant int64     `json:"participant,omitempty" doc:"Who has it; absent while it is free."`
	Code        string    `json:"code,omitempty"`
	Visit       int       `json:"visit,omitempty" doc:"For which of their visits, counted from 1; absent while it is free."`
}

// OneAppointment is the answer with a time.
type OneAppointment struct{ Body Appointment }

// slots reads a part of the times of a study, and returns how to show them.
func (s *Server) slots(ctx context.Context, in study.StudyID, p study.Part) ([]study.Slot, func(study.Slot) Appointment, error) {
	slots, err := s.lab.Store.SlotsIn(ctx, in, p)
	if err != nil {
		return nil, nil, err
	}
	var who []study.ParticipantID
	for _, x := range slots {
		if x.Participant != 0 {
			who = append(who, x.Participant)
		}
	}
	diaries, err := s.lab.Store.DiariesOf(ctx, who)
	return slots, func(x study.Slot) Appointment {
		state, visit := s.lab.StateOfSlot(x, diaries)
		return Appointment{int64(x.ID), x.Station, x.StartsAt, x.EndsAt, cmp.Or(string(state), "free"), int64(x.Participant), x.Code, visit}
	}, err
}

// Appointments lists the times of a study.
func (s *Server) Appointments(ctx context.Context, in *struct {
	InStudy
	Paging
},
) (*Page[Appointment], error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	var show func(study.Slot) Appointment
	load := func(p study.Part) (all []study.Slot, err error) {
		all, show, err = s.slots(ctx, in.id(), p)
		return all, err
	}
	return read(in.Paging, func(x study.Slot) int64 { return int64(x.ID) }, load, func(x study.Slot) Appointment { return show(x) })
}

// Appointment returns one time.
func (s *Server) Appointment(ctx context.Context, in *InSlot) (*OneAppointment, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	return s.appointment(ctx, in.id(), in.Slot)
}

func (s *Server) appointment(ctx context.Context, in study.StudyID, slot int64) (*OneAppointment, error) {
	all, show, err := s.slots(ctx, in, one(slot))
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || int64(all[0].ID) != slot {
		return nil, page.ErrMissing("There is no time %s in study %s.", slot, int64(in))
	}
	return &OneAppointment{show(all[0])}, nil
}

// Because is why an appointment changes.
type Because struct {
	Ground string `json:"ground,omitempty" enum:"asked,ill,busy,technical,other" doc:"A reason of a list."`
	Reason string `json:"reason,omitempty" doc:"More about it, in words."`
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// one is the part of a list that has at most what is numbered n.
func one(n int64) study.Part { return study.Part{After: n - 1, Most: 1} }

// Assign gives a free time to a participant.
func (s *Server) Assign(ctx context.Context, in *struct {
	InSlot
	Body struct {
		Because
		Participant int64 `json:"participant"`
	}
},
) (*OneAppointment, error) {
	return s.change(ctx, in.InSlot, (*lab.Server).Assign, in.Slot, map[string]string{"who": number(in.Body.Participant)}, in.Body.Because)
}

// Move gives who has a time another one, and returns that.
func (s *Server) Move(ctx context.Context, in *struct {
	InSlot
	Body struct {
		Because
		Participant int64 `json:"participant" doc:"Who has the time; if somebody else has it meanwhile, nothing is done."`
		To          int64 `json:"to" doc:"Number of the other time."`
	}
},
) (*OneAppointment, error) {
	fields := map[string]string{"participant": number(in.Body.Participant), "to": number(in.Body.To)}
	return s.change(ctx, in.InSlot, (*lab.Server).Move, in.Body.To, fields, in.Body.Because)
}

// Ending says whose appointment ends, and why.
type Ending struct {
	InSlot
	Body struct {
		Because
		Participant int64 `json:"participant" doc:"Who has the time; if somebody else has it meanwhile, nothing is done."`
	}
}

// Cancel cancels an appointment.
func (s *Server) Cancel(ctx context.Context, in *Ending) (*OneAppointment, error) {
	return s.change(ctx, in.InSlot, (*lab.Server).Cancel, in.Slot, map[string]string{"participant": number(in.Body.Participant)}, in.Body.Because)
}

// Miss says that somebody did not come.
func (s *Server) Miss(ctx context.Context, in *Ending) (*OneAppointment, error) {
	return s.change(ctx, in.InSlot, (*lab.Server).Miss, in.Slot, map[string]string{"participant": number(in.Body.Participant)}, in.Body.Because)
}

// change does something with a time, and returns the time with that number as it is then.
func (s *Server) change(ctx context.Context, in InSlot, do lab.SlotDeed, show int64, fields map[string]string, why Because) (*OneAppointment, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	fields["ground"], fields["reason"] = why.Ground, why.Reason
	if err := s.lab.DoWithSlot(ctx, in.id(), study.SlotID(in.Slot), do, form(ctx, fields)); err != nil {
		return nil, err
	}
	return s.appointment(ctx, in.id(), show)
}
