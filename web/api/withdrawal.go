package api

import (
	"context"

	"vmstudy/study"
)

// Withdraw withdraws a participant who has said that they take no part any more. It answers with the participant.
func (s *Server) Withdraw(ctx context.Context, in *struct {
	InParticipant
	Body struct {
		Data string `json:"data" enum:"keep,erase" doc:"keep: what they gave stays, and does not count. erase: it is removed. Neither can be taken back."`
		Why  string `json:"why,omitempty" doc:"In words; erased with the rest."`
	}
},
) (*OneParticipant, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	asked := form(ctx, map[string]string{"data": in.Body.Data, "why": in.Body.Why})
	if err := s.lab.WithdrawBy(ctx, in.id(), study.ParticipantID(in.Participant), asked); err != nil {
		return nil, err
	}
	return s.Participant(ctx, &in.InParticipant)
}
