package catalogue

import (
	"context"

	"vmstudy/study"
)

type tongueKey struct{}

// Hear returns a context in which t is spoken until Speak says otherwise.
func Hear(ctx context.Context, t Tongue) context.Context {
	return context.WithValue(ctx, tongueKey{}, &t)
}

// Speak changes the language of a context that Hear has made, and of those that it was made from: so an error page speaks the
// language, too, although it knows nothing of the visit.
func Speak(ctx context.Context, l study.Language) {
	if t, ok := ctx.Value(tongueKey{}).(*Tongue); ok && t.Language() != l {
		*t = In(l)
	}
}

// From returns the tongue of a context; English if it has none.
func From(ctx context.Context) Tongue {
	if t, ok := ctx.Value(tongueKey{}).(*Tongue); ok {
		return *t
	}
	return English
}

// Say returns a text in the language of a context.
func Say(ctx context.Context, text string, values ...any) string {
	return From(ctx).Say(text, values...)
}
