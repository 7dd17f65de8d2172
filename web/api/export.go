package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
)

// Export sends all data of a study, as the page of the results does. What can be asked for is what its address has there.
func (s *Server) Export(ctx context.Context, in *struct {
	InStudy
	Version   int    `query:"version" minimum:"1" doc:"The version that is described; else the newest in which somebody has taken part."`
	Pilots    string `query:"pilots" enum:"1" doc:"1: with pilots, too."`
	Simulated string `query:"simulated" enum:"1" doc:"1: of simulated participants in place of people."`
	Group     string `query:"group" doc:"Of one group only."`
	Pool      string `query:"pool" enum:"1" doc:"1: with versions that differ in wording only."`
	Excel     string `query:"excel" enum:"1" doc:"1: tables as Excel reads them."`
},
) (*huma.StreamResponse, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	giveBack, err := s.inTurn(ctx)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer giveBack()
		r, w := humachi.Unwrap(c)
		s.Handle(s.lab.Download)(w, r)
	}}, nil
}
