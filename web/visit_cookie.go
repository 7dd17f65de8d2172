package web

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"vmstudy/study"
)

// A visit's cookie carries the secret of the personal link to the pages of this visit and to no
// others: its path is the visit's own. So several visits live side by side in one browser, and
// nothing depends on which of them was begun last. It lasts as long as the browser runs, and an
// hour after the visit's end.
const visitCookie = "visit"

// The cookie of known visits lists their numbers, the latest first. It opens nothing: it is how
// the bare address finds a visit, and how a browser that many people use is told to forget old ones.
const (
	knownCookie = "visits"
	mostKnown   = 16
)

const afterTheEnd = 60 * 60 // seconds

// visitorsCookie returns a cookie for pages below path; maxAge as in http.Cookie.
func (s *Server) visitorsCookie(name, value, path string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: s.public.cookieName(name, path), Value: value, Path: s.public.path + path, MaxAge: maxAge,
		HttpOnly: true, Secure: s.public.secure(), SameSite: http.SameSiteLaxMode,
	}
}

// admit gives the browser the cookie of a visit.
func (s *Server) admit(w http.ResponseWriter, v study.Session) {
	maxAge := 0 // as long as the browser runs
	if v.Step().Kind == study.StepEnd {
		maxAge = afterTheEnd
	}
	http.SetCookie(w, s.visitorsCookie(visitCookie, v.Participant.Link, visitPath(v.ID), maxAge))
}

// remember puts v before all visits that this browser knows, or, at its end, takes it out. Of
// more than mostKnown the oldest is forgotten, and its cookie too: its personal link brings it back.
func (s *Server) remember(w http.ResponseWriter, r *http.Request, v study.Session) {
	before := s.known(r)
	now := slices.DeleteFunc(slices.Clone(before), func(id study.SessionID) bool { return id == v.ID })
	if v.Step().Kind != study.StepEnd {
		now = slices.Insert(now, 0, v.ID)
	}
	for len(now) > mostKnown {
		oldest := now[len(now)-1]
		now = now[:len(now)-1]
		http.SetCookie(w, s.visitorsCookie(visitCookie, "", visitPath(oldest), -1))
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
	http.SetCookie(w, s.visitorsCookie(knownCookie, strings.Join(list, "."), visits, maxAge))
}

// known returns the visits that the browser says it knows.
func (s *Server) known(r *http.Request) (all []study.SessionID) {
	c, err := r.Cookie(s.public.cookieName(knownCookie, visits))
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

// secrets returns what r carries as secrets of personal links. A browser that began its visit
// with a version before paths were told apart has its cookie under the bare name and sends it
// to every visit; so there may be several.
func (s *Server) secrets(r *http.Request) (all []string) {
	for _, c := range r.Cookies() {
		if (c.Name == visitCookie || c.Name == s.public.cookieName(visitCookie, visits)) && c.Value != "" && len(all) < mostKnown {
			all = append(all, c.Value)
		}
	}
	return all
}

// same compares secrets without telling by its time how much of them is right.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
