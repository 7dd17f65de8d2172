package study

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// TokenID is the identity of a token in the database.
type TokenID int64

// Token lets a program act for its owner, by the API. It gives what its owner's role gives at that moment, and of this only the rights that it
// names.
type Token struct {
	ID        TokenID
	Owner     ExperimenterID
	Name      string  // by which its owner and the audit know it
	SHA256    []byte  // of what the program sends
	Rights    []Right // in the order of TokenRights
	Changes   bool    // whether it may change things; else it only reads
	Study     StudyID // the only one that it reaches; 0: all of its owner's
	MadeAt    time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // to the minute; zero: never
	RevokedAt time.Time // zero: it was not revoked
}

// TokenRights are the rights that a token can have. There is nothing in the API for the others.
func TokenRights() []Right { return []Right{See, Conduct, Read, Analyse, Change} }

// Limits of tokens.
const (
	TokenNameLimit = 40 // characters
	TokenLasts     = 366 * 24 * time.Hour
	MostTokens     = 50 // of one owner that work at a time
)

// Check returns why t cannot be made, or nil.
func (t Token) Check() error {
	switch lasts := t.ExpiresAt.Sub(t.MadeAt); {
	case strings.TrimSpace(t.Name) == "" || utf8.RuneCountInString(t.Name) > TokenNameLimit || strings.ContainsFunc(t.Name, unprintable):
		return invalid("Name the token in 1 to %d characters, so that you and the audit know it.", TokenNameLimit)
	case len(t.Rights) == 0:
		return invalid("Choose what the token reaches.")
	case slices.ContainsFunc(t.Rights, func(r Right) bool { return !slices.Contains(TokenRights(), r) }):
		return invalid("A token can only reach what the form offers.")
	case lasts <= 0 || lasts > TokenLasts:
		return invalid("A token works from 1 to 366 days.")
	}
	return nil
}

func unprintable(r rune) bool { return r < ' ' || r == utf8.RuneError || r == 0x7f }

// ErrManyTokens is why nobody gets one token more.
var ErrManyTokens = Refuse(ErrConflict, "You have %d tokens that work. Revoke one that is not needed any more.", MostTokens)

// Works reports whether t lets somebody in at the moment now.
func (t Token) Works(now time.Time) bool { return t.RevokedAt.IsZero() && now.Before(t.ExpiresAt) }

// Ended says why t lets nobody in at the moment now, in words for the audit; empty if it works.
func (t Token) Ended(now time.Time, owner Experimenter) string {
	switch {
	case !t.RevokedAt.IsZero():
		return "revoked"
	case !t.Works(now):
		return "expired"
	case owner.Disabled:
		return "its owner is disabled"
	}
	return ""
}

// MakesStudies reports whether a program may make studies of its own by t: it is for all studies, and may change their designs.
func (t Token) MakesStudies() bool {
	return t.Changes && t.Study == 0 && slices.Contains(t.Rights, Change)
}

// Reaches reports whether t leaves its owner a right in a study.
func (t Token) Reaches(r Right, in StudyID) bool {
	return r == SignedIn || slices.Contains(t.Rights, r) && (t.Study == 0 || t.Study == in)
}
