package signin

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// Limits of accounts, in characters.
const (
	shortestPassword = 12
	longestPassword  = 1000
	longestName      = 100
)

// errOldInvitation answers a link that cannot be used, whatever the reason.
var errOldInvitation = study.Refuse(study.ErrNotFound, "This invitation was used or replaced, is older than seven days, was mistyped, was made before somebody in the study became blind, or came from somebody who may not invite any more. Ask for a new one.")

// invitation returns the invitation in the path, and the SHA-256 of its token.
func (s *Server) invitation(r *http.Request) (study.Invitation, error) {
	token := sha256.Sum256([]byte(chi.URLParam(r, "token")))
	i, err := s.accounts.Invitation(r.Context(), token[:], s.Now())
	if errors.Is(err, study.ErrNotFound) {
		return i, errOldInvitation
	}
	return i, err
}

// ShowInvitation shows what an invitation is to, and the form to take it.
func (s *Server) ShowInvitation(w http.ResponseWriter, r *http.Request) error {
	i, err := s.invitation(r)
	if err != nil {
		return err
	}
	return s.renderInvitation(w, r, http.StatusOK, i, view.Invited{})
}

func (s *Server) renderInvitation(w http.ResponseWriter, r *http.Request, code int, i study.Invitation, v view.Invited) error {
	v.Action = page.InvitationPath(chi.URLParam(r, "token"))
	title := "You are invited"
	switch {
	case i.For != 0:
		title, v.What, v.Renews = "A new password", "Choose a new password. Whoever is signed in with the old one is signed out, and the tokens of your programs end.", "theirs"
	case i.Study != 0:
		title = "You are invited to work on a study"
		v.What = fmt.Sprintf("Your role will be: %s.", i.Role)
	default:
		v.What = "With an account you can lay out studies of your own."
	}
	if e, err := s.who(r); err == nil && i.For == 0 {
		v.As = e.Name
		standing, err := s.accounts.Standing(r.Context(), e.ID)
		if err != nil {
			return err
		}
		if role := standing.Roles[i.Study]; role.Kept() {
			v.Kept, v.What = true, fmt.Sprintf("You are %s in this study, and no invitation changes that. An owner can, on the page Members of the study.", role)
		}
	}
	return s.Render(w, r, code, view.InvitedPage(s.VisitPage(title), v))
}

// TakeInvitation takes an invitation, as who is signed in or with a new account, which is signed in then.
func (s *Server) TakeInvitation(w http.ResponseWriter, r *http.Request) error {
	i, err := s.invitation(r)
	if err != nil {
		return err
	}
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	a := study.Acceptance{At: s.Now()}
	name := strings.TrimSpace(in.Get("name"))
	e, notIn := s.who(r)
	switch {
	case i.For == 0 && in.Get("as") == "me" && notIn == nil:
		a.As, name = e.ID, e.Name
	default:
		if err := admitsAccount(name, in.Get("password"), i.For != 0); err != nil {
			return s.renderInvitation(w, r, http.StatusUnprocessableEntity, i, view.Invited{Name: name, Say: page.Sentence(study.Sentence(err))})
		}
		a.Name = name
		a.PasswordHash, err = s.tries.hash(r.Context(), s.address(r), in.Get("password"))
		if errors.Is(err, page.ErrLimited) {
			code, say := page.Explain(err)
			return s.renderInvitation(w, r, code, i, view.Invited{Name: name, Say: say})
		}
		if err != nil {
			return err
		}
	}
	if i.For != 0 {
		name = fmt.Sprintf("account %d", i.For)
	}
	doing := r.WithContext(audit.During(r.Context(), audit.Act{Who: name, At: s.Now(), What: func() (string, string, string) {
		return "accept an invitation", fmt.Sprintf("study %d", i.Study), "role=" + string(i.Role)
	}}))
	who, err := s.accounts.Accept(doing.Context(), i.TokenSHA256, a)
	if errors.Is(err, study.ErrConflict) {
		return s.renderInvitation(w, r, http.StatusConflict, i, view.Invited{Name: name, Say: page.Sentence(study.Sentence(err))})
	}
	if errors.Is(err, study.ErrNotFound) {
		return errOldInvitation
	}
	if err != nil {
		return err
	}
	if i.For != 0 {
		return page.Redirect(w, r, "/signin")
	}
	if a.As == 0 {
		if err := s.openLogin(w, doing, who, a.PasswordHash); err != nil {
			return err
		}
	}
	return page.Redirect(w, r, "/lab")
}

// admitsAccount returns why a name and a password cannot be those of an account, or nil.
func admitsAccount(name, typed string, renews bool) error {
	if !renews && (name == "" || utf8.RuneCountInString(name) > longestName || !page.Storable(name) || strings.ContainsFunc(name, unprintable)) {
		return study.Refuse(study.ErrInvalid, "a name has 1 to %d characters, which can be printed", longestName)
	}
	return admitsPassword(typed)
}

func unprintable(r rune) bool { return r < ' ' || r == 0x7f }

// admitsPassword returns why a password cannot be used, or nil.
func admitsPassword(typed string) error {
	if n := utf8.RuneCountInString(typed); n < shortestPassword || n > longestPassword {
		return study.Refuse(study.ErrInvalid, "a password has %d to %d characters", shortestPassword, longestPassword)
	}
	return nil
}
