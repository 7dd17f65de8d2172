package study

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Compensation is what somebody got for taking part. Facts are only added; the last one of a participant counts.
type Compensation struct {
	Participant ParticipantID
	Amount      string // as in "10 EUR" or "1 hour of credit"; empty: nothing after all
	By          ExperimenterID
	Name        string // of By; set only when read from the database
	At          time.Time
}

// AfterErasure is why nothing can be recorded for somebody who asked to have erased what they gave: it would stay, since nobody erases twice.
func AfterErasure(code string) error {
	return Refuse(ErrConflict, "%s asked to have erased what they gave, so nothing new about them may be stored here. If you pay them, keep that on paper. Nothing was recorded of anybody else either.", code)
}

// AmountLimit is how many characters an amount may have.
const AmountLimit = 50

// Check returns why c cannot be recorded, or nil.
func (c Compensation) Check() error {
	if utf8.RuneCountInString(c.Amount) > AmountLimit || strings.ContainsAny(c.Amount, "\r\n") {
		return invalid("Say the amount in one line of up to %d characters, as in 10 EUR.", AmountLimit)
	}
	return nil
}
