package stream

import (
	"bytes"
	"fmt"
)

const (
	kindHello  = 1
	helloMagic = "vmstudy stream"
)

// hello opens a connection, from near to origin.
type hello struct {
	Version uint8
}

func (hello) kind() byte { return kindHello }

func (h hello) appendTo(b []byte) []byte { return append(append(b, helloMagic...), h.Version) }

func parseHello(body []byte) (message, error) {
	rest, ok := bytes.CutPrefix(body, []byte(helloMagic))
	if !ok || len(rest) != 1 {
		return nil, fmt.Errorf("hello of %d bytes: %w", len(body), errProtocol)
	}
	return hello{Version: rest[0]}, nil
}
