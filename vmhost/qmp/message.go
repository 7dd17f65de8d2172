package qmp

import (
	"encoding/json"
	"fmt"
)

// A message is any message from QEMU. In a valid message exactly one of the first four fields is set.
type message struct {
	Greeting json.RawMessage `json:"QMP"`
	Return   json.RawMessage `json:"return"`
	Error    *Error          `json:"error"`
	Event    string          `json:"event"`

	ID   uint64          `json:"id"`   // the id of the answered command
	Data json.RawMessage `json:"data"` // the data of the QMP event
}

// An Error is QEMU's refusal of a command.
type Error struct {
	Class string `json:"class"` // nearly always "GenericError"
	Desc  string `json:"desc"`  // what went wrong, for people
}

func (e *Error) Error() string { return e.Desc }

// An Event is a QMP event: something that happened in QEMU, without a command.
type Event struct {
	Name string          // "STOP", "MIGRATION", ...
	Data json.RawMessage // a JSON object, or nil
}

// parse reads one message. A message that is not of exactly one of the four kinds is an error: the other side is
// not QEMU, or reading did not begin at the start of a message.
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

// command is a message to QEMU.
type command struct {
	Execute   string `json:"execute"`
	Arguments any    `json:"arguments,omitempty"`
	ID        uint64 `json:"id"`
}
