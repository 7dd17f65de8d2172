package signin

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// tokenWords says what each right of a token reaches.
var tokenWords = map[study.Right]string{
	study.See:     "see: studies and how many people take part",
	study.Conduct: "conduct: participants, links, appointments, what counts, notes",
	study.Read:    "read: sessions and notes on them",
	study.Analyse: "analyse: exports",
}

// ShowTokens shows experimenters the tokens by which programs act for them, with the form that makes one.
func (s *Server) ShowTokens(w http.ResponseWriter, r *http.Request) error {
	return s.renderTokens(w, r, http.StatusOK, view.Tokens{Days: "90", Chosen: []string{string(study.See)}})
}

// MakeToken makes a token for somebody who knows their password, and shows it this once.
func (s *Server) MakeToken(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	v := view.Tokens{Name: in.Get("name"), Days: in.Get("days"), Chosen: in["right"], Changes: in.Get("changes") == "yes", Study: in.Get("study")}
	t, err := s.tokenIn(r, in)
	if err == nil {
		err = s.confirmPassword(r, page.Who(r.Context()), in.Get("password"))
	}
	if err == nil {
		_, err = s.accounts.AddToken(audit.Because(r.Context(), aboutToken(t.Token)+", "+s.reachWords(t.Token)), t.Token)
	}
	if errors.Is(err, study.ErrNotFound) {
		err = errNoSuchStudy
	}
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		v.Say = page.Sentence(say)
		return s.renderTokens(w, r, code, v)
	}
	if err != nil {
		return err
	}
	s.Log.InfoContext(r.Context(), "token made", "experimenter", page.Who(r.Context()).Name, "from", s.address(r))
	return s.renderTokens(w, r, http.StatusOK, view.Tokens{Days: "90", Chosen: []string{string(study.See)}, Made: t.secret, MadeName: t.Name})
}

var errNoSuchStudy = study.Refuse(study.ErrInvalid, "Choose one of your studies by its number, or leave it empty.")

// madeToken is a token with what the program sends.
type madeToken struct {
	study.Token
	secret string
}

// tokenIn reads from a form which token somebody wants.
func (s *Server) tokenIn(r *http.Request, in url.Values) (madeToken, error) {
	secret, _ := newToken()
	secret = TokenPrefix + secret
	hash := sha256.Sum256([]byte(secret))
	days, err := strconv.Atoi(strings.TrimSpace(in.Get("days")))
	if err != nil || days > 366 {
		days = 0 // which Check refuses
	}
	t := study.Token{
		Owner: page.Who(r.Context()).ID, Name: strings.TrimSpace(in.Get("name")), SHA256: hash[:], Changes: in.Get("changes") == "yes",
		MadeAt: s.Now(), ExpiresAt: s.Now().Add(time.Duration(days) * 24 * time.Hour),
	}
	for _, right := range in["right"] {
		t.Rights = append(t.Rights, study.Right(right))
	}
	if text := in.Get("study"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 || !page.ReachesAny(r.Context(), study.StudyID(n)) {
			return madeToken{}, errNoSuchStudy
		}
		t.Study = study.StudyID(n)
	}
	return madeToken{t, secret}, t.Check()
}

// RevokeToken revokes a token of whoever is signed in, and ends what runs with it.
func (s *Server) RevokeToken(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(in.Get("token"), 10, 64)
	if err != nil {
		return study.Refuse(study.ErrInvalid, "Choose a token.")
	}
	who := page.Who(r.Context()).ID
	all, err := s.accounts.Tokens(r.Context(), who)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t study.Token) bool { return t.ID == study.TokenID(id) })
	if i < 0 {
		return fmt.Errorf("token %d: %w", id, study.ErrNotFound)
	}
	if err := s.accounts.RevokeToken(audit.Because(r.Context(), aboutToken(all[i])), who, all[i].ID, s.Now()); err != nil {
		return err
	}
	s.logins.end(string(all[i].SHA256))
	return page.Redirect(w, r, "/lab/account/tokens")
}

// aboutToken names a token in the audit.
func aboutToken(t study.Token) string { return "token=" + strconv.Quote(t.Name) }

func (s *Server) renderTokens(w http.ResponseWriter, r *http.Request, code int, v view.Tokens) error {
	all, err := s.accounts.Tokens(r.Context(), page.Who(r.Context()).ID)
	if err != nil {
		return err
	}
	for _, right := range study.TokenRights() {
		v.Rights = append(v.Rights, view.Choice{Value: string(right), Label: tokenWords[right]})
	}
	for _, t := range all {
		row := view.TokenRow{ID: int64(t.ID), Name: t.Name, Reaches: s.reachWords(t), Made: s.Moment(t.MadeAt), Used: "never", State: "until " + s.Moment(t.ExpiresAt), Works: t.Works(s.Now())}
		switch {
		case !t.RevokedAt.IsZero():
			row.State = "revoked " + s.Moment(t.RevokedAt)
		case !row.Works:
			row.State = "expired " + s.Moment(t.ExpiresAt)
		}
		if !t.UsedAt.IsZero() {
			row.Used = s.Moment(t.UsedAt)
		}
		v.Rows = append(v.Rows, row)
	}
	p := s.LabPage(r, "Tokens")
	p.Scripts = []string{"copy.js"}
	return s.Render(w, r, code, view.TokensPage(p, v))
}

// reachWords says what a token reaches.
func (s *Server) reachWords(t study.Token) string {
	var words []string
	for _, right := range t.Rights {
		words = append(words, string(right))
	}
	if t.Changes {
		words = append(words, "changes things")
	}
	if t.Study != 0 {
		words = append(words, "study "+strconv.FormatInt(int64(t.Study), 10)+" only")
	}
	return strings.Join(words, ", ")
}
