package stream

import (
	"errors"

	"vmstudy/study"
)

const (
	kindFault    = 5
	maxFaultText = 255
)

// errFault is the root of what no further attempt can mend.
var errFault = errors.New("origin refused")

// fault is the origin's last word on a connection: dialling again would not help.
type fault struct {
	Text string // for whoever looks after the far end, at most 255 bytes
}

func (fault) kind() byte { return kindFault }

func (f fault) appendTo(b []byte) []byte {
	return append(b, f.Text[:min(len(f.Text), maxFaultText)]...)
}

func parseFault(body []byte) (message, error) { return fault{Text: string(body)}, nil }

func (f fault) err() error {
	return hopeless(study.Refuse(study.ErrConflict, "The far end of the stream refused: %.255q.", f.Text))
}
