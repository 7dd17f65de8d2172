package audit

import (
	"context"
	"strings"
	"time"
)

// An Act is what somebody is doing: whatever is stored on their behalf meanwhile is an entry of the list.
type Act struct {
	Who string
	At  time.Time
	// What returns action, object and reason. It is called when something is stored, since a request knows its route and its form only then.
	What func() (action, about, why string)
}

type actKey struct{}

// During returns a context of what is done in a.
func During(ctx context.Context, a Act) context.Context { return context.WithValue(ctx, actKey{}, a) }

// From returns the act that ctx belongs to, and false if nobody is known to do anything: then the program itself is at work.
func From(ctx context.Context) (Act, bool) {
	a, ok := ctx.Value(actKey{}).(Act)
	return a, ok
}

// Silent returns a context without an act: for what is stored besides what somebody does, as when a page is opened.
func Silent(ctx context.Context) context.Context { return context.WithValue(ctx, actKey{}, nil) }

// Because returns a context in which the entry of what is done has one more reason. Without an act it is ctx.
func Because(ctx context.Context, why string) context.Context {
	a, ok := From(ctx)
	if !ok {
		return ctx
	}
	what := a.What
	a.What = func() (string, string, string) {
		action, about, known := what()
		return action, about, strings.TrimSpace(known + " " + why)
	}
	return During(ctx, a)
}

// Entry returns what a does as an entry, without its place in the list.
func (a Act) Entry() (e Entry) {
	e.Who, e.At = a.Who, a.At
	e.Action, e.About, e.Why = a.What()
	return e
}
