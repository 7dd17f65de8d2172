package signin

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// longestBrowser is how many bytes of what a browser calls itself are kept.
const longestBrowser = 200

// sighting returns the use of a login that r is.
func (s *Server) sighting(r *http.Request) study.Sighting {
	browser := strings.ToValidUTF8(strings.ReplaceAll(r.UserAgent(), "\x00", ""), "")
	return study.Sighting{At: s.Now(), From: s.Address(r), Browser: strings.ToValidUTF8(browser[:min(len(browser), longestBrowser)], "")}
}

// ShowAccount shows experimenters where they are signed in, and lets them change their password.
func (s *Server) ShowAccount(w http.ResponseWriter, r *http.Request) error {
	return s.renderAccount(w, r, http.StatusOK, "")
}

func (s *Server) renderAccount(w http.ResponseWriter, r *http.Request, code int, say string) error {
	all, err := s.accounts.Logins(r.Context(), page.Who(r.Context()).ID, s.Now())
	if err != nil {
		return err
	}
	tokens, err := s.accounts.Tokens(r.Context(), page.Who(r.Context()).ID)
	if err != nil {
		return err
	}
	here, _ := s.tokenHash(r)
	v := view.Account{Say: say, Changed: r.URL.Query().Has("changed"), Shortest: shortestPassword, Second: page.Who(r.Context()).Second, Tokens: s.working(tokens)}
	for _, l := range all {
		v.Logins = append(v.Logins, view.LoginRow{
			ID: l.ID, Here: bytes.Equal(l.TokenSHA256, here), Opened: s.Moment(l.OpenedAt), Seen: s.Moment(l.At), From: l.From, Browser: l.Browser,
		})
	}
	return s.Render(w, r, code, view.AccountPage(s.LabPage(r, "Account"), v))
}

// ChangePassword changes the password of whoever is signed in and knows the old one. Their other logins end. Tokens stay, because programs know nothing
// of the password; the page says so, and offers to end them.
func (s *Server) ChangePassword(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	who := page.Who(r.Context())
	err = admitsPassword(in.Get("new"))
	if err == nil && in.Get("new") != in.Get("again") {
		err = study.Refuse(study.ErrInvalid, "the new password was typed in two ways")
	}
	if err == nil {
		err = s.confirmPassword(r, who, in.Get("old"))
	}
	hash := ""
	if err == nil {
		hash, err = s.tries.hash(r.Context(), s.address(r), in.Get("new"))
	}
	if say := study.Sentence(err); say != "" {
		code, _ := page.Explain(err)
		return s.renderAccount(w, r, code, page.Sentence(say))
	}
	if err != nil {
		return err
	}
	here, _ := s.tokenHash(r)
	others, err := s.accounts.Logins(r.Context(), who.ID, s.Now())
	if err != nil {
		return err
	}
	if err := s.accounts.ChangePassword(r.Context(), who.ID, hash, here); err != nil {
		return err
	}
	for _, l := range others {
		if !bytes.Equal(l.TokenSHA256, here) {
			s.logins.end(string(l.TokenSHA256))
		}
	}
	return page.Redirect(w, r, "/lab/account?changed")
}

// EndLogin signs another browser of the same person out.
func (s *Server) EndLogin(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(in.Get("login"), 10, 64)
	if err != nil {
		return study.Refuse(study.ErrInvalid, "Choose a browser.")
	}
	all, err := s.accounts.Logins(r.Context(), page.Who(r.Context()).ID, s.Now())
	if err != nil {
		return err
	}
	for _, l := range all { // theirs only
		if l.ID == id {
			if err := s.accounts.CloseLogin(r.Context(), l.TokenSHA256); err != nil {
				return err
			}
			s.logins.end(string(l.TokenSHA256))
			return page.Redirect(w, r, "/lab/account")
		}
	}
	return fmt.Errorf("login %d: %w", id, study.ErrNotFound)
}
