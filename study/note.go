package study

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// NoteID is the identity of a note in the database.
type NoteID int64

// Note is what an experimenter writes about a moment of a session: while they watch, or at a replay. No participant reads it. What is sent to
// a participant is an Event of kind NoteSent.
type Note struct {
	ID        NoteID
	Session   SessionID
	Attempt   AttemptID // 0 if it is about no attempt
	At        time.Time // the moment that it is about
	WrittenAt time.Time
	By        ExperimenterID
	Name      string // of By; set only when read from the database
	Text      string
	Tags      []string // without repetition, in the order in which they were written
}

// Limits of a note. Lengths are in characters.
const (
	NoteLimit = 1000
	TagLimit  = 40
	MostTags  = 10
)

// ParseTags reads tags as people write them: with commas, spaces or signs of number between them, in letters of any size. Two words that
// belong together have a hyphen.
func ParseTags(text string) (tags []string) {
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return r == ',' || r == ';' || r == '#' || r == ' ' || r == '\t' || r == '\n' || r == '\r'
	}) {
		if !slices.Contains(tags, word) {
			tags = append(tags, word)
		}
	}
	return tags
}

// Removable returns why somebody may not remove n, or nil. Who wrote it may, and who manages the study: else one could take away what
// another one has seen.
func (n Note) Removable(by ExperimenterID, manages bool) error {
	if manages || n.By != 0 && n.By == by {
		return nil
	}
	return Refuse(ErrDenied, "Only who wrote a note, and an owner of the study, can remove it.")
}

// Check returns why n cannot be kept, or nil.
func (n Note) Check() error {
	switch {
	case strings.TrimSpace(n.Text) == "":
		return invalid("Write what you noticed.")
	case utf8.RuneCountInString(n.Text) > NoteLimit:
		return invalid("A note may have up to %d characters.", NoteLimit)
	case len(n.Tags) > MostTags:
		return invalid("A note may have up to %d tags.", MostTags)
	}
	for _, t := range n.Tags {
		if utf8.RuneCountInString(t) > TagLimit {
			return invalid("A tag may have up to %d characters: %q is longer.", TagLimit, t)
		}
	}
	return nil
}
