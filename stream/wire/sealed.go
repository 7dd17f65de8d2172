package wire

import (
	"fmt"
)

// seal appends the hash of the bytes of b behind from. Messages that say where chunks belong must be as sound
// as the chunks: a hole in the wrong place would be zeros that nobody checks.
func seal(b []byte, from int) []byte {
	h := HashOf(b[from:])
	return append(b, h[:]...)
}

// unseal returns body without its hash, which must be right.
func unseal(body []byte) ([]byte, error) {
	n := len(body) - HashSize
	if n < 0 || HashOf(body[:n]) != Hash(body[n:]) {
		return nil, fmt.Errorf("%d bytes that do not have their hash: %w", len(body), ErrProtocol)
	}
	return body[:n], nil
}
