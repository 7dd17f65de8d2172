package visit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/web/page"
)

// Two things decide who acts in a visit, and they must agree: the session in the path of the page,
// form, line or batch, and a secret that only the browser of that session's participant has.

// Door knows whose browser is asking.
type Door struct {
	*page.Site
	guests Guests
}

// NewDoor returns the door to the visits of guests.
func NewDoor(site *page.Site, guests Guests) *Door { return &Door{Site: site, guests: guests} }

// Visitor returns the session in the path if r has the cookie of its participant. Otherwise, and if
// there is no such session, it returns ErrStranger.
func (s *Door) Visitor(r *http.Request) (study.Session, error) {
	secrets := s.secrets(r)
	if len(secrets) == 0 {
		return study.Session{}, page.ErrStranger
	}
	return s.sessionFor(r, func(v *study.Session) bool {
		i := slices.IndexFunc(secrets, v.Participant.MayGoOnWith)
		if i >= 0 {
			v.Participant.Link = secrets[i]
		}
		return i >= 0
	})
}

// handInHeader is the header with the key of a visit's batches.
const handInHeader = "Hand-In-Key"

// handInKey returns the key of batches of v. A browser stores it beside each batch: with it, any
// page of this server may send the batches of v, whoever uses the browser now. It gives no other
// access, and nobody can compute the personal link from it. It stays the same when the participant gets another link.
func handInKey(v study.Session) string {
	first := v.Participant.Links[0].Hash
	return batchKey(first[:], v.ID)
}

func batchKey(of []byte, id study.SessionID) string {
	mac := hmac.New(sha256.New, of)
	fmt.Fprintf(mac, "batches of session %d", id)
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// bringer returns the session in the path if r has the key of its batches or the cookie of its
// participant. Otherwise it returns ErrStranger.
func (s *Door) bringer(r *http.Request) (study.Session, error) {
	key := r.Header.Get(handInHeader)
	if key == "" { // stored by an earlier version, which had no keys
		return s.Visitor(r)
	}
	return s.sessionFor(r, func(v *study.Session) bool {
		older := func(secret string) bool { // an earlier version made its keys of the link itself
			return v.Participant.MayGoOnWith(secret) && same(key, batchKey([]byte(secret), v.ID))
		}
		return same(key, handInKey(*v)) || slices.ContainsFunc(s.secrets(r), older)
	})
}

// sessionFor returns the session in the path if letsIn accepts it, and ErrStranger otherwise.
func (s *Door) sessionFor(r *http.Request, letsIn func(*study.Session) bool) (study.Session, error) {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return study.Session{}, page.ErrStranger
	}
	v, err := s.guests.Session(r.Context(), id)
	switch {
	case errors.Is(err, study.ErrNotFound), err == nil && !letsIn(&v):
		return study.Session{}, page.ErrStranger
	case err != nil:
		return study.Session{}, fmt.Errorf("visit of session %d: %w", id, err)
	}
	return v, nil
}

const longestLink = 200 // bytes; ours have 26

// personByLink returns the participant of a personal link, or study.ErrNotFound.
func (s *Door) personByLink(r *http.Request, link string) (study.Participant, error) {
	if link == "" || len(link) > longestLink || !page.Storable(link) {
		return study.Participant{}, fmt.Errorf("personal link: %w", study.ErrNotFound)
	}
	return s.guests.ParticipantByLink(r.Context(), link)
}

// guest returns the participant whose personal link is in the path. If that link does not work any more, the error is a
// study.Refusal of kind ErrDenied.
func (s *Door) guest(r *http.Request) (study.Participant, error) {
	p, err := s.personByLink(r, chi.URLParam(r, "link"))
	if err != nil {
		return study.Participant{}, err
	}
	return p, p.MayOpen(p.Link)
}
