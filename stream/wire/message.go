package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Version changes with every change that an older peer would misread.
const Version = 4

// ErrProtocol is in every error about what a peer sent.
var ErrProtocol = errors.New("stream protocol violated")

// A Message travels as one byte of kind, four bytes of body length (big endian, like every
// number in this protocol) and the body.
type Message interface {
	Kind() byte
	AppendTo(b []byte) []byte // adds the body to b
}

const headerSize = 5

// kinds lists every message: how long its body may be, and who parses it.
var kinds = map[byte]struct {
	limit int
	parse func(body []byte) (Message, error)
}{
	kindHello:  {limit: len(helloMagic) + 1 + maxBundleName, parse: parseHello},
	kindLayout: {limit: maxLayoutBody, parse: parseLayout},
	kindRead:   {limit: maxReadBody, parse: parseRead},
	kindChunks: {limit: maxChunksBody, parse: parseChunks},
	kindFault:  {limit: maxFaultText, parse: parseFault},
	kindHoles:  {limit: maxHolesBody, parse: parseHoles},
	kindBundle: {limit: MaxBundleBody, parse: ParseBundle},
	kindPacked: {limit: packedSize, parse: parsePacked},
}

// WriteMessage writes m in a single Write.
func WriteMessage(w io.Writer, m Message) error {
	_, err := w.Write(Encode(m))
	return err
}

// Encode returns m as it travels.
func Encode(m Message) []byte {
	b := m.AppendTo(make([]byte, headerSize, headerSize+64))
	b[0] = m.Kind()
	binary.BigEndian.PutUint32(b[1:], uint32(len(b)-headerSize))
	return b
}

// ReadMessage reads the next message. It returns io.EOF only between messages; a message too
// long for its kind is refused before its body is read.
func ReadMessage(r io.Reader) (Message, error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	k, known := kinds[head[0]]
	size := binary.BigEndian.Uint32(head[1:])
	switch {
	case !known:
		return nil, fmt.Errorf("message of kind %d: %w", head[0], ErrProtocol)
	case int64(size) > int64(k.limit):
		return nil, fmt.Errorf("message of kind %d with %d bytes, at most %d allowed: %w", head[0], size, k.limit, ErrProtocol)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, fmt.Errorf("message of kind %d cut short: %w", head[0], NoEOF(err))
	}
	return k.parse(body)
}

// NoEOF turns an end of file, where more was to come, into an unexpected one.
func NoEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
