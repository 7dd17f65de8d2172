package visit

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// SaveAddress keeps where mails about the participant's appointments go, or forgets it. They need not say.
func (s *Server) SaveAddress(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	b, err := s.booking(r)
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	if in.Get("do") == "remove" {
		err = s.store.RemoveAddress(s.corresponds(r.Context(), b, "take back an address for mail"), b.person.ID, s.Now())
	} else if err = b.fixed(s.Now()); err == nil && !s.mails {
		err = study.Refuse(study.ErrConflict, "No mails are sent here.")
	} else if err == nil {
		a := study.Address{Participant: b.person.ID, Mail: strings.TrimSpace(in.Get("mail")), Language: b.speaks, At: s.Now()}
		err = s.store.SetAddress(s.corresponds(r.Context(), b, "enter an address for mail"), a)
	}
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	return page.Redirect(w, r, b.path())
}

// corresponds returns a context in which what a participant does about mails is an entry of the audit, without the address.
func (s *Server) corresponds(ctx context.Context, b booking, action string) context.Context {
	return audit.During(ctx, audit.Act{Who: "participant " + b.person.Code, At: s.Now(), What: func() (string, string, string) {
		return action, "participant " + b.person.Code, ""
	}})
}

// mailForm shows whether mails are sent to the participant, and whether they may enter an address. The address itself is not shown: others may have the link.
func (s *Server) mailForm(r *http.Request, b booking) (view.MailForm, error) {
	_, err := s.store.Address(r.Context(), b.person.ID)
	if err != nil && !errors.Is(err, study.ErrNotFound) {
		return view.MailForm{}, err
	}
	_, booked := b.mine(s.Now())
	return view.MailForm{Has: err == nil, May: s.mails && booked && !b.begun() && b.fixed(s.Now()) == nil, Typed: r.PostFormValue("mail")}, nil
}
