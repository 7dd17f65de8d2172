package page

import (
	"context"

	"vmstudy/study"
	"vmstudy/study/audit"
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

type standingKey struct{}

// WithStanding returns a context of requests of somebody with that standing.
func WithStanding(ctx context.Context, s study.Standing) context.Context {
	return context.WithValue(ctx, standingKey{}, s)
}

// May reports whether who is signed in has a right in a study.
func May(ctx context.Context, right study.Right, in study.StudyID) bool {
	s, _ := ctx.Value(standingKey{}).(study.Standing)
	return s.May(right, in)
}

// Blind reports whether who is signed in is not to know which condition of a study is which.
func Blind(ctx context.Context, in study.StudyID) bool {
	s, _ := ctx.Value(standingKey{}).(study.Standing)
	return s.Blind(in)
}

type auditedKey struct{}

// WithAudited returns a context of a request that is in the audit, with the head of the list after it.
func WithAudited(ctx context.Context, h audit.Head) context.Context {
	return context.WithValue(ctx, auditedKey{}, h)
}

// Audited returns the head of the audit after the request was recorded; the zero Head if it was not.
func Audited(ctx context.Context) audit.Head {
	h, _ := ctx.Value(auditedKey{}).(audit.Head)
	return h
}
