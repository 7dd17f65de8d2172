package rehearsing

import (
	"context"

	"vmstudy/session"
	"vmstudy/stream/forecast"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// On returns the stage of an appliance of the lab. Streams by the strategies get bundles of what was rehearsed.
func On(lab *session.Lab, appliance string, strategies []study.Strategy) Stage {
	return &stage{lab: lab, appliance: appliance, strategies: strategies}
}

type stage struct {
	lab        *session.Lab
	appliance  string
	strategies []study.Strategy
	began      string // the rehearsals that Rehearsed returned, by the name of their repertoire
}

func (s *stage) app() (vmhost.Appliance, error) { return s.lab.Appliance(s.appliance) }

func (s *stage) Rehearsed() ([]session.Run, error) {
	app, err := s.app()
	if err != nil {
		return nil, err
	}
	if s.began, err = session.PresentRepertoire(app); err != nil {
		return nil, err
	}
	return session.ReadRuns(app)
}

func (s *stage) Play(ctx context.Context, script session.Script) (forecast.Trace, error) {
	return s.lab.Rehearse(ctx, s.appliance, script)
}

func (s *stage) Foretell(learned, unseen []session.Run) (session.Foretold, error) {
	app, err := s.app()
	if err != nil {
		return session.Foretold{}, err
	}
	return session.Foretell(app, learned, unseen)
}

func (s *stage) Adopt(ctx context.Context, runs []session.Run) error {
	app, err := s.app()
	if err != nil {
		return err
	}
	return session.Adopt(ctx, app, runs, s.began, s.strategies, func(int, int) {})
}
