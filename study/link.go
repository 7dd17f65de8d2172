package study

import (
	"crypto/sha256"
	"slices"
	"time"
)

// LinkHash is the SHA-256 of the secret part of a link. The secrets have 128 random bits, so nobody can find one from its hash.
type LinkHash [sha256.Size]byte

// HashLink returns the hash of a link's secret part.
func HashLink(secret string) LinkHash { return sha256.Sum256([]byte(secret)) }

// Link is a personal link as the program keeps it: its secret is shown when it is made, and then forgotten.
type Link struct {
	Hash      LinkHash
	IssuedAt  time.Time
	ExpiresAt time.Time // from then on nobody begins with it; zero: never
	RevokedAt time.Time // since when it lets nobody in; zero: it was not revoked
}

// NewLink is a link that is to be made. Secret is its secret part.
type NewLink struct {
	Participant ParticipantID
	Secret      string
}

// Why a personal link does not open the study.
var (
	ErrLinkReplaced = Refuse(ErrDenied, "A newer personal link was made for you, and only that one works now. If you have not got it, ask the person who gave you this one.")
	ErrLinkRevoked  = Refuse(ErrDenied, "This personal link was withdrawn. Please ask the person who gave it to you.")
	ErrLinkExpired  = Refuse(ErrConflict, "The time in which one could begin with this personal link is over. Please ask the person who gave it to you.")
)

// MayOpen returns why the personal link with a secret does not lead to the study; nil if it does. Only the newest link of a
// participant does. To who has withdrawn it shows what became of what they gave, and it can erase that: another link must not.
func (p Participant) MayOpen(secret string) error {
	i := p.link(secret)
	switch {
	case i < 0 || !p.Links[i].RevokedAt.IsZero():
		return ErrLinkRevoked
	case i < len(p.Links)-1:
		return ErrLinkReplaced
	}
	return nil
}

// MayGoOnWith reports whether a browser that came with a secret may go on with the visit. A newer link takes no visit away that
// goes on; revoking a link does.
func (p Participant) MayGoOnWith(secret string) bool {
	i := p.link(secret)
	return i >= 0 && p.Links[i].RevokedAt.IsZero()
}

// link returns the index of the link with a secret, or -1.
func (p Participant) link(secret string) int {
	hash := HashLink(secret)
	return slices.IndexFunc(p.Links, func(l Link) bool { return l.Hash == hash })
}

// Newest returns the newest of the participant's links: the one that can be open to them.
func (p Participant) Newest() Link {
	if len(p.Links) == 0 {
		return Link{}
	}
	return p.Links[len(p.Links)-1]
}

// Expired reports whether nobody begins with l any more.
func (l Link) Expired(now time.Time) bool { return !l.ExpiresAt.IsZero() && !now.Before(l.ExpiresAt) }
