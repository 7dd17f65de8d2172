package visit

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/time/rate"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// Recruiting is how people come from elsewhere.
type Recruiting interface {
	// Recruitment returns how people come to a study from elsewhere; the zero Recruitment if nobody has said anything.
	Recruitment(ctx context.Context, s study.StudyID) (study.Recruitment, error)
	// RecordExternalIDs keeps what came with the address of a personal link. The first value of a name counts. It returns
	// study.ErrKnownAlready if that names somebody else of the study.
	RecordExternalIDs(ctx context.Context, p study.ParticipantID, ids []study.ExternalID) error
	ExternalIDs(ctx context.Context, p study.ParticipantID) ([]study.ExternalID, error) // by name
	OpenLinkBySecret(ctx context.Context, secret string) (study.OpenLink, error)
	// Join makes a participant of somebody who came by an open link. It returns study.ErrConflict, with a sentence, if it cannot.
	Join(ctx context.Context, j study.Joining) (study.Participant, error)
}

// From one address so many people may join at once, and then one every joinEvery. A room of computers often has one address.
const (
	joinAtOnce = 40
	joinEvery  = 30 * time.Second
	mostJoins  = 10_000 // addresses that are remembered
)

// joins limits how many people join from one address.
type joins struct {
	mu sync.Mutex
	by map[string]*rate.Limiter
}

// allow counts one try from an address, and reports whether it is within the limit.
func (j *joins) allow(now time.Time, address string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	l := j.by[address]
	if l == nil {
		if len(j.by) >= mostJoins {
			for key, old := range j.by { // who has all tries left loses nothing
				if old.TokensAt(now) >= joinAtOnce {
					delete(j.by, key)
				}
			}
		}
		if j.by == nil || len(j.by) >= mostJoins {
			j.by = map[string]*rate.Limiter{}
		}
		l = rate.NewLimiter(rate.Every(joinEvery), joinAtOnce)
		j.by[address] = l
	}
	return l.AllowN(now, 1)
}

var errJoinsTooMany = study.Refuse(page.ErrLimited, "Too many people have begun from this place just now. Please try again in a minute.")

// joinedCookie has the personal link of who joined last in this browser, until the browser is closed. Its path is that of the open link.
// Many people may use one browser, so it never opens a visit by itself: see returnTo.
const joinedCookie = "joined"

// joining is what an open link leads to.
type joining struct {
	secret string
	link   study.OpenLink
	study  study.Study
	speaks study.Language
	ids    []study.ExternalID
	names  string // the parameter that says who somebody is; empty if the study names none
	lacks  string // the same, if the address does not have it
}

func (s *Server) joining(r *http.Request) (joining, error) {
	j := joining{secret: chi.URLParam(r, "link")}
	if len(j.secret) > longestLink || !page.Storable(j.secret) {
		return j, study.ErrNotFound
	}
	var err error
	if j.link, err = s.store.OpenLinkBySecret(r.Context(), j.secret); err != nil {
		return j, err
	}
	if j.study, err = s.store.Study(r.Context(), j.link.Study); err != nil {
		return j, err
	}
	if j.speaks, err = s.languageOf(r, booking{study: j.study}); err != nil {
		return j, err
	}
	catalogue.Speak(r.Context(), j.speaks)
	recruitment, err := s.store.Recruitment(r.Context(), j.link.Study)
	if err != nil {
		return j, err
	}
	j.ids, err = recruitment.IDs(r.Form) // languageOf has read it
	if len(recruitment.Parameters) > 0 {
		j.names = recruitment.Parameters[0]
		if len(j.ids) == 0 || j.ids[0].Name != j.names {
			j.lacks = j.names
		}
	}
	return j, err
}

// returnTo returns the path of the personal link of who joined in this browser, if it can be the same person who asks now: the address says
// so, or the study has no names for people. Else it is empty. Who has withdrawn has nothing to go on with.
func (s *Server) returnTo(r *http.Request, j joining) (string, error) {
	c, err := r.Cookie(s.Public.Cookie(joinedCookie, joinPath(j.secret)).Name)
	if err != nil || j.lacks != "" {
		return "", nil
	}
	p, err := s.personByLink(r, c.Value)
	if errors.Is(err, study.ErrNotFound) {
		return "", nil
	}
	if err != nil || p.Study != j.link.Study || p.Ruled == study.PlaceWithdrawn || p.MayOpen(c.Value) != nil {
		return "", err
	}
	if j.names != "" {
		ids, err := s.store.ExternalIDs(r.Context(), p.ID)
		if err != nil || !slices.Contains(ids, study.ExternalID{Participant: p.ID, Name: j.names, Value: j.ids[0].Value}) {
			return "", err
		}
	}
	return page.LinkPath(c.Value), nil
}

// refusal returns why nobody can join now; nil if somebody can.
func (j joining) refusal(now time.Time) error {
	switch {
	case j.study.Published == nil || j.study.Openness.State != study.StudyOpen:
		return study.ErrStudyClosed
	case j.lacks != "":
		return study.Refuse(study.ErrConflict, "The address by which you came does not say who you are: it lacks %s. Please open the study again from where you found it.", j.lacks)
	}
	return j.link.Admits(now)
}

// ShowJoin answers an open link. It makes nobody a participant and leads nobody to a visit: only the button and the link on its page do.
func (s *Server) ShowJoin(w http.ResponseWriter, r *http.Request) error {
	j, err := s.joining(r)
	if err != nil {
		return err
	}
	return s.renderJoin(w, r, http.StatusOK, j, j.refusal(s.Now()))
}

func joinPath(secret string) string { return "/join/" + secret }

func (s *Server) renderJoin(w http.ResponseWriter, r *http.Request, code int, j joining, why error) error {
	t := catalogue.From(r.Context())
	d := j.study.Current()
	m := view.Join{
		Action: joinPath(j.secret), Title: d.Title.In(j.speaks), Takes: takes(t, d), Language: string(j.speaks), IDs: idFields(j.ids),
	}
	if why != nil {
		m.Say = t.Refusal(why)
	}
	var err error
	if m.Return, err = s.returnTo(r, j); err != nil {
		return err
	}
	p := s.VisitPage(m.Title)
	if spoken := d.Spoken(); len(spoken) > 1 {
		for _, l := range spoken {
			p.Languages = append(p.Languages, languageView(l, j.speaks, joinPath(j.secret)+"?"+withIDs(j.ids, l).Encode()))
		}
	}
	return s.Render(w, r, code, view.JoinPage(p, m))
}

// Join makes a participant of who presses the button, and leads to their personal link.
func (s *Server) Join(w http.ResponseWriter, r *http.Request) error {
	if _, err := page.Form(r); err != nil {
		return err
	}
	j, err := s.joining(r)
	if err != nil {
		return err
	}
	err = j.refusal(s.Now())
	if err == nil && !s.joins.allow(s.Now(), s.sender(r)) {
		return errJoinsTooMany
	}
	secret := strings.ToLower(rand.Text())
	if err == nil {
		doing := audit.During(r.Context(), audit.Act{Who: "somebody", At: s.Now(), What: func() (string, string, string) {
			return "join by the open link", "study " + number64(j.link.Study), ""
		}})
		_, err = s.store.Join(doing, study.Joining{Open: j.secret, Personal: secret, IDs: j.ids, At: s.Now()})
	}
	if errors.Is(err, study.ErrConflict) {
		return s.renderJoin(w, r, http.StatusConflict, j, err)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, s.visitorsCookie(joinedCookie, secret, joinPath(j.secret), 0))
	to := page.LinkPath(secret)
	if len(j.study.Current().Spoken()) > 1 {
		to += "?" + url.Values{"lang": {string(j.speaks)}}.Encode()
	}
	return page.Redirect(w, r, to)
}

// idFields are the hidden fields of a form that send ids on.
func idFields(ids []study.ExternalID) (all []view.Hidden) {
	for _, id := range ids {
		all = append(all, view.Hidden{Name: id.Name, Value: id.Value})
	}
	return all
}

// withIDs is the query of an address that has ids and a language.
func withIDs(ids []study.ExternalID, l study.Language) url.Values {
	q := url.Values{}
	for _, id := range ids {
		q.Set(id.Name, id.Value)
	}
	if l != "" {
		q.Set("lang", string(l))
	}
	return q
}

// keepIDs stores what came with the address of the welcome page.
func (s *Server) keepIDs(r *http.Request, b booking) error {
	if len(b.ids) == 0 {
		return nil
	}
	return s.store.RecordExternalIDs(r.Context(), b.person.ID, b.ids)
}

// completion returns where the participant of v goes at the end; empty for nowhere.
func (s *Server) completion(r *http.Request, v study.Session) (string, error) {
	recruitment, err := s.store.Recruitment(r.Context(), v.Study)
	if err != nil || recruitment.Completion == "" {
		return "", err
	}
	ids, err := s.store.ExternalIDs(r.Context(), v.Participant.ID)
	return recruitment.Completed(ids), err
}
