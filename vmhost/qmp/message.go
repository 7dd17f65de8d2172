package qmp

import (
	"encoding/json"
	"fmt"
)

// A message is anything that QEMU says. Exactly one of its parts is set in a valid message.
type message struct {
	Greeting json.RawMessage `json:"QMP"`
	Return   json.RawMessage `json:"return"`
	Error    *Error          `json:"error"`
	Event    string          `json:"event"`

	ID   uint64          `json:"id"`   // of the command that is answered
	Data json.RawMessage `json:"data"` // of the event
}

// An Error is QEMU's refusal of a command.
type Error struct {
	Class string `json:"class"` // "GenericError" nearly always
	Desc  string `json:"desc"`  // what went wrong, for people
}

func (e *Error) Error() string { return e.Desc }

// An Event is something that happened in QEMU without being asked for.
type Event struct {
	Name string          // "STOP", "MIGRATION", ...
	Data json.RawMessage // its JSON object; nil where the event has none
}

// parse reads one message. What is none of the four kinds is an error: it means that the other
// side is not QEMU, or that we lost our place in the stream.
func parse(line []byte) (message, error) {
	var m message
	if err := json.Unmarshal(line, &m); err != nil {
		return message{}, fmt.Errorf("qmp message %.80q: %w", line, err)
	}
	kinds := 0
	for _, set := range []bool{m.Greeting != nil, m.Return != nil, m.Error != nil, m.Event != ""} {
		if set {
			kinds++
		}
	}
	if kinds != 1 {
		return message{}, fmt.Errorf("qmp message %.80q: want one of greeting, return, error and event, found %d", line, kinds)
	}
	return m, nil
}

// command is what we say.
type command struct {
	Execute   string `json:"execute"`
	Arguments any    `json:"arguments,omitempty"`
	ID        uint64 `json:"id"`
}
