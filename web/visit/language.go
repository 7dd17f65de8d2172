package visit

import (
	"net/http"
	"slices"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// languageOf returns the language of a participant's welcome page: that of their visit; else the one that the address or the
// form names; else the study's language that suits the browser best.
func (s *Server) languageOf(r *http.Request, b booking) (study.Language, error) {
	spoken := b.study.Current().Spoken()
	if b.started() {
		v, err := s.store.Session(r.Context(), b.person.Session)
		return v.Speaks(), err
	}
	for _, name := range []string{r.PostFormValue("language"), r.URL.Query().Get("lang")} {
		if slices.Contains(spoken, study.Language(name)) {
			return study.Language(name), nil
		}
	}
	return catalogue.Preferred(r.Header.Get("Accept-Language"), spoken), nil
}

// path is the path of the welcome page in the language that it has now, where there are several.
func (b booking) path() string {
	to := page.LinkPath(b.person.Link)
	l := b.speaks
	if len(b.study.Current().Spoken()) < 2 {
		l = ""
	}
	if q := withIDs(b.ids, l); len(q) > 0 {
		to += "?" + q.Encode()
	}
	return to
}

// languageLinks are the links by which somebody chooses the language of their welcome page.
func languageLinks(b booking) (all []view.Language) {
	for _, l := range b.study.Current().Spoken() {
		q := withIDs(b.ids, l)
		all = append(all, languageView(l, b.speaks, page.LinkPath(b.person.Link)+"?"+q.Encode()))
	}
	return all
}

// languageForms are the forms by which somebody chooses the language of their visit. After consent there are none.
func languageForms(v study.Session) (all []view.Language) {
	if !v.ConsentedAt.IsZero() {
		return nil
	}
	for _, l := range v.Version.Design.Spoken() {
		m := languageView(l, v.Speaks(), page.VisitPath(v.ID)+"/language")
		m.Post = true
		all = append(all, m)
	}
	return all
}

func languageView(l, now study.Language, to string) view.Language {
	return view.Language{Tag: string(l), Name: catalogue.NameOf(l), Direction: catalogue.Direction(l), To: to, Chosen: l == now}
}

// keepLanguage stores the language of the form of the welcome page, if it has one.
func (s *Server) keepLanguage(r *http.Request, id study.SessionID) error {
	v, err := s.store.Session(r.Context(), id)
	if err != nil {
		return err
	}
	l := study.Language(r.PostFormValue("language"))
	if l == v.Language || v.MayChoose(l) != nil {
		return nil // it was chosen in an earlier version of the page, or the visit goes on in its own
	}
	return s.store.ChooseLanguage(r.Context(), id, l)
}

// ChooseLanguage changes the language of a visit, and shows its page in the new one at once.
func (s *Server) ChooseLanguage(w http.ResponseWriter, r *http.Request, v study.Session) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	if err := s.store.ChooseLanguage(r.Context(), v.ID, study.Language(in.Get("language"))); err != nil {
		return err
	}
	return page.Redirect(w, r, page.VisitPath(v.ID))
}
