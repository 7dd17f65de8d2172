package signin

import (
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
	study.Change:  "change: study files, and whether a study is open",
}

// ShowTokens shows experimenters the tokens by which programs act for them, with the form that makes one.
func (s *Server) ShowTokens(w http.ResponseWriter, r *http.Request) error {
	return s.renderTokens(w, r, http.StatusOK, view.Tokens{Days: "90", Chosen: []string{string(study.See)}})
}

// MakeToken makes a token for somebody who knows their password, and has a code if they have a second factor. It shows the token this once.
func (s *Server) MakeToken(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	v := view.Tokens{Name: in.Get("name"), Days: in.Get("days"), Chosen: in["right"], Changes: in.Get("changes") == "yes", Study: in.Get("study")}
	t, err := s.tokenIn(r, in)
	if err == nil {
		err = s.confirmWhole(r, in, "make a token")
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

// confirmWhole returns why somebody who is signed in has not proved who they are, by their password and, if they have a second factor, by a code.
func (s *Server) confirmWhole(r *http.Request, in url.Values, action string) error {
	who := page.Who(r.Context())
	if err := s.confirmPassword(r, who, in.Get("password")); err != nil || !who.Second {
		return err
	}
	return s.checkCode(r, who, in.Get("code"), action)
}

var errNoSuchStudy = study.Refuse(study.ErrInvalid, "Choose one of your studies by its number, or leave it empty.")

// madeToken is a token with what the program sends.
type madeToken struct {
	study.Token
	secret string
}

// tokenIn reads from a form which token somebody wants.
func (s *Server) tokenIn(r *http.Request, in url.Values) (madeToken, error) {
	secret, hash := NewToken()
	days, err := strconv.Atoi(strings.TrimSpace(in.Get("days")))
	if err != nil || days > 366 {
		days = 0 // which Check refuses
	}
	t := study.Token{
		Owner: page.Who(r.Context()).ID, Name: strings.TrimSpace(in.Get("name")), SHA256: hash, Changes: in.Get("changes") == "yes",
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

// allTokens is what a form says in place of the number of a token.
const allTokens = "all"

// RevokeToken revokes a token of whoever is signed in, or all of them, and ends what runs with it.
func (s *Server) RevokeToken(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	who := page.Who(r.Context()).ID
	all, err := s.accounts.Tokens(r.Context(), who)
	if err != nil {
		return err
	}
	if in.Get("token") == allTokens {
		err = s.accounts.RevokeTokens(audit.Because(r.Context(), "all tokens"), who, s.Now())
	} else {
		all, err = s.revokeToken(r, all, in.Get("token"))
	}
	if err != nil {
		return err
	}
	for _, t := range all {
		s.logins.end(string(t.SHA256))
	}
	return page.Redirect(w, r, "/lab/account/tokens")
}

// revokeToken revokes the one of somebody's tokens that has the number chosen, and returns it.
func (s *Server) revokeToken(r *http.Request, all []study.Token, chosen string) ([]study.Token, error) {
	id, err := strconv.ParseInt(chosen, 10, 64)
	if err != nil {
		return nil, study.Refuse(study.ErrInvalid, "Choose a token.")
	}
	i := slices.IndexFunc(all, func(t study.Token) bool { return t.ID == study.TokenID(id) })
	if i < 0 {
		return nil, fmt.Errorf("token %d: %w", id, study.ErrNotFound)
	}
	return all[i : i+1], s.accounts.RevokeToken(audit.Because(r.Context(), aboutToken(all[i])), all[i].Owner, all[i].ID, s.Now())
}

// working returns how many of somebody's tokens work.
func (s *Server) working(all []study.Token) (n int) {
	for _, t := range all {
		if t.Works(s.Now()) {
			n++
		}
	}
	return n
}

// aboutToken names a token in the audit.
func aboutToken(t study.Token) string { return "token=" + strconv.Quote(t.Name) }

func (s *Server) renderTokens(w http.ResponseWriter, r *http.Request, code int, v view.Tokens) error {
	all, err := s.accounts.Tokens(r.Context(), page.Who(r.Context()).ID)
	if err != nil {
		return err
	}
	v.Second, v.Working = page.Who(r.Context()).Second, s.working(all)
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
