package page

import (
	"context"

	"vmstudy/study"
)

type whoKey struct{}

// WithWho returns a context of requests of an experimenter who is signed in.
func WithWho(ctx context.Context, e study.Experimenter) context.Context {
	return context.WithValue(ctx, whoKey{}, e)
}

// Who returns the experimenter who is signed in, or the zero Experimenter.
func Who(ctx context.Context) study.Experimenter {
	e, _ := ctx.Value(whoKey{}).(study.Experimenter)
	return e
}
