package webtest

import (
	"context"

	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

// leaving lets the participants of a store leave. tell is called when the desktop of one has closed.
func leaving(store *studytest.Store, tell func(study.SessionID)) *session.Leaving {
	return &session.Leaving{Store: store, Desktops: closer{store, tell}}
}

// A closer closes desktops as the conductor does: the attempt in flight is interrupted.
type closer struct {
	store *studytest.Store
	tell  func(study.SessionID)
}

func (c closer) Leave(ctx context.Context, id study.SessionID) error {
	v, err := c.store.Session(ctx, id)
	if err != nil {
		return err
	}
	step := v.Step()
	if step.Kind != study.StepDesktop {
		return nil
	}
	a := v.Trials[step.Trial].Last()
	a.State, a.Cause = study.Interrupted, "The participant stopped taking part."
	if err := c.store.RecordAttempt(ctx, a, studytest.Noon, 0); err != nil {
		return err
	}
	c.tell(id)
	return nil
}
