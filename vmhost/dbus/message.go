package dbus

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Kind is the type of a message.
type Kind uint8

// The kinds of messages. D-Bus Specification, "Message Format".
const (
	Call Kind = 1 + iota
	Return
	Failure
	Signal
)

// A Message is one call, answer or signal. D-Bus Specification, "Message Protocol".
type Message struct {
	Kind    Kind
	NoReply bool   // for a Call: the caller wants no answer
	Serial  uint32 // number of this message, from 1
	ReplyTo uint32 // for a Return or Failure: the Serial of the Call

	Path, Interface, Member string // the called method, or the signal
	ErrorName               string // for a Failure
	Signature               string // the types in Body
	Files                   uint32 // how many descriptors travel with it
	Body                    []byte
}

// Limits of messages that are read. Memory for a message grows only as its bytes arrive, since the other
// side may claim any length.
const (
	maxFields = 16 << 10  // bytes; QEMU's are under 300
	maxBody   = 128 << 20 // bytes; D-Bus Specification, "Message Format"
)

const (
	flagNoReply = 1
	fixedHeader = 16 // bytes, including the length of the fields
	version     = 1
)

// The codes of header fields. D-Bus Specification, "Header Fields".
const (
	fieldPath = 1 + iota
	fieldInterface
	fieldMember
	fieldErrorName
	fieldReplySerial
	fieldDestination
	fieldSender
	fieldSignature
	fieldFiles
)

// Append adds the message to b, which must be empty or end at a multiple of 8 bytes.
func (m Message) Append(b []byte) []byte {
	start := len(b)
	flags := byte(0)
	if m.NoReply {
		flags = flagNoReply
	}
	b = append(b, 'l', byte(m.Kind), flags, version)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(m.Body)))
	b = binary.LittleEndian.AppendUint32(b, m.Serial)
	b = append(b, 0, 0, 0, 0) // the length of the fields, which is set below
	fields := Body{b: b}
	fields.text(fieldPath, 'o', m.Path)
	fields.text(fieldInterface, 's', m.Interface)
	fields.text(fieldMember, 's', m.Member)
	fields.text(fieldErrorName, 's', m.ErrorName)
	fields.number(fieldReplySerial, m.ReplyTo)
	fields.text(fieldSignature, 'g', m.Signature)
	fields.number(fieldFiles, m.Files)
	binary.LittleEndian.PutUint32(fields.b[start+12:], uint32(len(fields.b)-start-fixedHeader))
	fields.align(8)
	return append(fields.b, m.Body...)
}

// text adds a header field, unless it is empty.
func (f *Body) text(code, kind byte, value string) {
	if value == "" {
		return
	}
	f.align(8)
	f.b = append(f.b, code, 1, kind, 0)
	if kind == 'g' {
		f.b = append(append(append(f.b, byte(len(value))), value...), 0)
		return
	}
	f.String(value)
}

func (f *Body) number(code byte, value uint32) {
	if value != 0 {
		f.align(8)
		f.b = append(f.b, code, 1, 'u', 0)
		f.Uint32(value)
	}
}

// A decoder reads messages one after the other.
type decoder struct {
	r      io.Reader
	header []byte // of the last message
	body   []byte
}

// next returns the next message. Its Body is valid until the following call.
func (d *decoder) next() (Message, error) {
	var fixed [fixedHeader]byte
	if _, err := io.ReadFull(d.r, fixed[:]); err != nil {
		return Message{}, err
	}
	if fixed[0] != 'l' || fixed[3] != version {
		return Message{}, fmt.Errorf("message in byte order %q, version %d: want little-endian, version 1", fixed[0], fixed[3])
	}
	m := Message{Kind: Kind(fixed[1]), NoReply: fixed[2]&flagNoReply != 0, Serial: binary.LittleEndian.Uint32(fixed[8:])}
	body, fields := binary.LittleEndian.Uint32(fixed[4:]), binary.LittleEndian.Uint32(fixed[12:])
	if fields > maxFields || body > maxBody {
		return Message{}, fmt.Errorf("message with %d bytes of fields and %d of body, which is too long", fields, body)
	}
	var err error
	if d.header, err = readInto(d.header, d.r, int(fields+7)&^7); err != nil {
		return Message{}, err
	}
	if err := m.readFields(d.header[:fields]); err != nil {
		return Message{}, err
	}
	d.body, err = readInto(d.body, d.r, int(body))
	m.Body = d.body
	return m, err
}

// readInto reads n bytes into the memory of b. If that is too small, it grows in steps as the bytes
// arrive.
func readInto(b []byte, r io.Reader, n int) ([]byte, error) {
	const step = 1 << 20
	b = b[:0]
	for len(b) < n {
		more := min(n-len(b), max(step, cap(b)-len(b)))
		if cap(b)-len(b) < more {
			grown := make([]byte, len(b), max(len(b)+more, min(2*len(b), n)))
			copy(grown, b)
			b = grown
		}
		had := len(b)
		b = b[:had+more]
		if _, err := io.ReadFull(r, b[had:]); err != nil {
			return b[:0], noEOF(err)
		}
	}
	return b, nil
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readFields reads the array of header fields, and ignores fields that this package does not know.
func (m *Message) readFields(b []byte) error {
	r := NewReader(b)
	for !r.Empty() {
		r.Align(8)
		code, v := r.Byte(), r.Variant()
		text, _ := v.(string)
		number, _ := v.(uint32)
		switch code {
		case fieldPath:
			m.Path = text
		case fieldInterface:
			m.Interface = text
		case fieldMember:
			m.Member = text
		case fieldErrorName:
			m.ErrorName = text
		case fieldReplySerial:
			m.ReplyTo = number
		case fieldSignature:
			m.Signature = text
		case fieldFiles:
			m.Files = number
		}
	}
	if r.err != nil {
		return fmt.Errorf("header fields: %w", r.err)
	}
	return nil
}
