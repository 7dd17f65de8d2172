package page

import (
	"context"
	"slices"

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

// Lists reports whether lists of studies show a study to who is signed in.
func Lists(ctx context.Context, in study.StudyID) bool {
	return May(ctx, study.See, in) || May(ctx, study.Analyse, in)
}

// Listed returns the studies that lists show to who is signed in; nil if these are all.
func Listed(ctx context.Context) []study.StudyID {
	s, _ := ctx.Value(standingKey{}).(study.Standing)
	only := study.StudyID(0)
	if s.Token != nil {
		only = s.Token.Study
	}
	if s.Administrator && only == 0 && Lists(ctx, 0) {
		return nil
	}
	seen := []study.StudyID{}
	if s.Administrator && only != 0 && Lists(ctx, only) {
		return append(seen, only)
	}
	for in := range s.Roles {
		if Lists(ctx, in) {
			seen = append(seen, in)
		}
	}
	return seen
}

// ReachesAny reports whether who is signed in may do anything in a study.
func ReachesAny(ctx context.Context, in study.StudyID) bool {
	return slices.ContainsFunc(study.TokenRights(), func(r study.Right) bool { return May(ctx, r, in) })
}

type tokenKey struct{}

// WithToken returns a context of requests that somebody makes by a token.
func WithToken(ctx context.Context, t study.Token) context.Context {
	return context.WithValue(ctx, tokenKey{}, t)
}

// Token returns the token by which somebody makes a request. found is false if they are signed in themselves.
func Token(ctx context.Context) (t study.Token, found bool) {
	t, found = ctx.Value(tokenKey{}).(study.Token)
	return t, found
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
