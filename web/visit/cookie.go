package visit

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/web/page"
)

// A visit's cookie has the secret of the personal link. Its path is the path of the visit, so
// browsers send it only to the pages of this visit. So one browser can have several Visits, and it
// does not matter which of them began last. The cookie lasts until the browser is closed, or until
// an hour after the end of the visit.
const visitCookie = "visit"

// The cookie of known visits has the ids of this browser's visits, the newest first. It gives no
// access. It lets the bare address /visit find the visit, and it tells the server which old visits
// a browser that many people use should forget.
const (
	knownCookie = "visits"
	mostKnown   = 16
)

const afterTheEnd = 60 * 60 // seconds

// visitorsCookie returns a cookie for the pages below path. maxAge is as in http.Cookie.
func (s *Door) visitorsCookie(name, value, path string, maxAge int) *http.Cookie {
	c := s.Public.Cookie(name, path)
	c.Value, c.MaxAge, c.SameSite = value, maxAge, http.SameSiteLaxMode
	return c
}

// admit sets the cookie of a visit.
func (s *Door) admit(w http.ResponseWriter, v study.Session) {
	maxAge := 0 // until the browser is closed
	if v.Step().Kind == study.StepEnd {
		maxAge = afterTheEnd
	}
	http.SetCookie(w, s.visitorsCookie(visitCookie, v.Participant.Link, page.VisitPath(v.ID), maxAge))
}

// remember moves v to the front of the browser's known Visits, or removes v if it has ended. If
// there are more than mostKnown, it forgets the oldest and deletes its cookie; the personal link of
// that visit sets it again.
func (s *Door) remember(w http.ResponseWriter, r *http.Request, v study.Session) {
	before := s.known(r)
	now := slices.DeleteFunc(slices.Clone(before), func(id study.SessionID) bool { return id == v.ID })
	if v.Step().Kind != study.StepEnd {
		now = slices.Insert(now, 0, v.ID)
	}
	for len(now) > mostKnown {
		oldest := now[len(now)-1]
		now = now[:len(now)-1]
		http.SetCookie(w, s.visitorsCookie(visitCookie, "", page.VisitPath(oldest), -1))
	}
	if slices.Equal(before, now) {
		return
	}
	var list []string
	for _, id := range now {
		list = append(list, strconv.FormatInt(int64(id), 10))
	}
	maxAge := 0
	if len(list) == 0 {
		maxAge = -1
	}
	http.SetCookie(w, s.visitorsCookie(knownCookie, strings.Join(list, "."), page.Visits, maxAge))
}

// known returns the ids in the cookie of known visits.
func (s *Door) known(r *http.Request) (all []study.SessionID) {
	c, err := r.Cookie(s.Public.Cookie(knownCookie, page.Visits).Name)
	if err != nil {
		return nil
	}
	for _, text := range strings.Split(c.Value, ".") {
		id, err := strconv.ParseInt(text, 10, 64)
		if err == nil && id > 0 && len(all) < mostKnown && !slices.Contains(all, study.SessionID(id)) {
			all = append(all, study.SessionID(id))
		}
	}
	return all
}

// secrets returns the secrets of personal links in r's cookies. There may be several: an earlier
// version of this program had one cookie for all Visits, and browsers that have it send it to every
// visit.
func (s *Door) secrets(r *http.Request) (all []string) {
	for _, c := range r.Cookies() {
		if (c.Name == visitCookie || c.Name == s.Public.Cookie(visitCookie, page.Visits).Name) && c.Value != "" && len(all) < mostKnown {
			all = append(all, c.Value)
		}
	}
	return all
}

// same compares two secrets in constant time, so that the time does not tell how much of a guess is
// right.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
