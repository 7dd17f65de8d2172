package api

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"vmstudy/study"
)

// Time is a time at a station that was just put on offer, or could not be.
type Time struct {
	Station  string    `json:"station"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
}

// Offered is the answer with what a rule has put on offer.
type Offered struct {
	Body struct {
		Offered []Time `json:"offered" nullable:"false"`
		LeftOut []Time `json:"left_out" nullable:"false" doc:"Times of the rule that cannot be offered: others are on offer then at the station, all machines are taken, or they have begun."`
	}
}

// Offer puts times on offer by a rule.
func (s *Server) Offer(ctx context.Context, in *struct {
	InStudy
	Body struct {
		Date     string   `json:"date" doc:"The first day, as in 2026-03-31, by the laboratory's clocks."`
		Until    string   `json:"until,omitempty" doc:"The last day; else there is one."`
		Weekdays []int    `json:"weekdays,omitempty" nullable:"false" doc:"Days of the week with times, 0 for Sunday; empty: all."`
		From     string   `json:"from" doc:"As in 09:00."`
		To       string   `json:"to"`
		From2    string   `json:"from2,omitempty" doc:"A second part of each day."`
		To2      string   `json:"to2,omitempty"`
		Stations []string `json:"stations" nullable:"false" doc:"People come to all of them at the same times."`
		Gap      int      `json:"gap,omitempty" doc:"Minutes that a station stays free between two appointments."`
		Most     int      `json:"most,omitempty" doc:"So many appointments a day at most; else as many as fit."`
		Without  []string `json:"without,omitempty" nullable:"false" doc:"Days without times."`
	}
},
) (*Offered, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	b := in.Body
	asked := form(ctx, map[string]string{
		"date": b.Date, "until": b.Until, "from": b.From, "to": b.To, "from2": b.From2, "to2": b.To2, "gap": count(b.Gap), "most": count(b.Most),
	}, func(f url.Values) {
		for _, day := range b.Weekdays {
			f.Add("weekday", strconv.Itoa(day))
		}
		f.Set("station", join(b.Stations))
		f.Set("without", join(b.Without))
	})
	p, err := s.lab.OfferBy(ctx, in.id(), asked)
	if err != nil {
		return nil, err
	}
	out := &Offered{}
	out.Body.Offered, out.Body.LeftOut = timesOf(p.Free), []Time{}
	for _, all := range p.Blocked {
		out.Body.LeftOut = append(out.Body.LeftOut, timesOf(all)...)
	}
	return out, nil
}

func timesOf(all []study.Slot) []Time {
	times := []Time{}
	for _, x := range all {
		times = append(times, Time{x.Station, x.StartsAt, x.EndsAt})
	}
	return times
}

// RemoveSlot takes a free time back.
func (s *Server) RemoveSlot(ctx context.Context, in *InSlot) (*struct{}, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	return nil, s.lab.TakeSlotBack(ctx, in.id(), study.SlotID(in.Slot))
}

// WalkIn lets somebody begin who has come without an appointment, and returns the time that they have then.
func (s *Server) WalkIn(ctx context.Context, in *struct {
	InStudy
	Body struct {
		Participant int64  `json:"participant"`
		Station     string `json:"station" doc:"Where they are."`
	}
},
) (*OneAppointment, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	slot, err := s.lab.WalkInBy(ctx, in.id(), form(ctx, map[string]string{"who": number(in.Body.Participant), "station": in.Body.Station}))
	if err != nil {
		return nil, err
	}
	return s.appointment(ctx, in.id(), int64(slot.ID))
}
