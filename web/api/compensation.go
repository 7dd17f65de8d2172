package api

import (
	"context"
	"net/url"
	"time"

	"vmstudy/study"
)

// Compensation is the last word on what a participant got for taking part.
type Compensation struct {
	Participant int64     `json:"participant"`
	Amount      string    `json:"amount" doc:"As in 10 EUR; empty: nothing after all."`
	By          string    `json:"by,omitempty"`
	At          time.Time `json:"at"`
}

// Compensations lists what participants got, by their numbers. Of whom nobody has said anything is not in it.
func (s *Server) Compensations(ctx context.Context, in *struct {
	InStudy
	Paging
},
) (*Page[Compensation], error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	load := func(p study.Part) ([]study.Compensation, error) { return s.lab.Store.CompensationsIn(ctx, in.id(), p) }
	return read(in.Paging, func(c study.Compensation) int64 { return int64(c.Participant) }, load, func(c study.Compensation) Compensation {
		return Compensation{int64(c.Participant), c.Amount, c.Name, c.At}
	})
}

// Compensate records what participants got, of all or of none.
func (s *Server) Compensate(ctx context.Context, in *struct {
	InStudy
	Body struct {
		Participants []int64 `json:"participants" nullable:"false" doc:"Numbers of participants."`
		Amount       string  `json:"amount,omitempty" doc:"As in 10 EUR."`
		Nothing      bool    `json:"nothing,omitempty" doc:"They got nothing after all."`
	}
},
) (*struct{}, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	do := ""
	if in.Body.Nothing {
		do = "nothing"
	}
	return nil, s.lab.CompensateBy(ctx, in.id(), form(ctx, map[string]string{"amount": in.Body.Amount, "do": do}, people(in.Body.Participants)))
}

// people adds the participants that a program names to a form.
func people(all []int64) func(url.Values) {
	return func(f url.Values) {
		for _, p := range all {
			f.Add("who", number(p))
		}
	}
}
