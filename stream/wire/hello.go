package wire

import (
	"bytes"
	"fmt"
)

const (
	kindHello     = 1
	helloMagic    = "vmstudy stream"
	maxBundleName = 255
)

// Hello is the first message of the near end.
type Hello struct {
	Version uint8
	Bundle  string // the name of the bundle that is wanted
}

// Kind implements [Message].
func (Hello) Kind() byte { return kindHello }

// AppendTo implements [Message].
func (h Hello) AppendTo(b []byte) []byte {
	b = append(append(b, helloMagic...), h.Version)
	return append(b, h.Bundle[:min(len(h.Bundle), maxBundleName)]...)
}

func parseHello(body []byte) (Message, error) {
	rest, ok := bytes.CutPrefix(body, []byte(helloMagic))
	if !ok || len(rest) == 0 {
		return nil, fmt.Errorf("hello of %d bytes: %w", len(body), ErrProtocol)
	}
	return Hello{Version: rest[0], Bundle: string(rest[1:])}, nil
}
