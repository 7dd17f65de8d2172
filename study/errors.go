package study

import (
	"errors"
	"fmt"
)

// Kinds of failure that a caller may want to act on. Everything else is
// internal: it is logged with its full chain and shown as "internal error".
var (
	ErrNotFound = errors.New("not found")
	ErrInvalid  = errors.New("invalid")
	ErrConflict = errors.New("conflict")
	ErrDenied   = errors.New("denied")
)

// A Refusal is an error whose text was written for the person at the screen.
type Refusal struct {
	Kind error  // one of the Err values above
	Say  string // shown to the user as it stands

	Text   string // what Say was made from: with places for Values, as fmt has them
	Values []any
}

func (r *Refusal) Error() string { return r.Kind.Error() + ": " + r.Say }
func (r *Refusal) Unwrap() error { return r.Kind }

// Refuse returns a Refusal that says say, formatted with args.
func Refuse(kind error, say string, args ...any) error {
	return &Refusal{Kind: kind, Say: fmt.Sprintf(say, args...), Text: say, Values: args}
}

// invalid returns a Refusal of kind ErrInvalid.
func invalid(say string, args ...any) error { return Refuse(ErrInvalid, say, args...) }

// Sentence returns the text of err that is meant for a person; empty if err contains no Refusal.
func Sentence(err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Say
	}
	return ""
}
