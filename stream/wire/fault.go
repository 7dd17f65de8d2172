package wire

import (
	"errors"
	"fmt"

	"vmstudy/study"
)

const (
	kindFault    = 5
	maxFaultText = 255
)

// ErrFault is in every error that no further attempt can mend.
var ErrFault = errors.New("origin refused")

// Fault is the origin's last message on a connection. It says why dialling again would not help.
type Fault struct {
	Text string // for whoever looks after the far end, at most 255 bytes
}

// Kind implements [Message].
func (Fault) Kind() byte { return kindFault }

// AppendTo implements [Message].
func (f Fault) AppendTo(b []byte) []byte {
	return append(b, f.Text[:min(len(f.Text), maxFaultText)]...)
}

func parseFault(body []byte) (Message, error) { return Fault{Text: string(body)}, nil }

// Err returns what f says, as an error.
func (f Fault) Err() error {
	return fmt.Errorf("%w: %w", ErrFault, study.Refuse(study.ErrConflict, "The far end of the stream refused: %.255q.", f.Text))
}
