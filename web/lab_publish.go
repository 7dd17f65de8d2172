package web

import (
	"net/http"

	"vmstudy/study"
	"vmstudy/web/view"
)

// showPublish shows what would be frozen, and asks whether it shall.
func (s *Server) showPublish(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	in := designFields(st.Draft)
	bad := checkDesign(st.Draft, in)
	v := view.Publication{
		Study: studyView(st), Next: 1, Hash: st.Draft.Hash(), Canonical: st.Draft.Canonical(),
		Preview: designPreview(st.Draft, bad),
	}
	if err := s.addPictures(&v.Preview, st.Draft, in, bad); err != nil {
		return err
	}
	if st.Published != nil {
		v.Next, v.Same = st.Published.Number+1, st.Published.Hash == v.Hash
	}
	p := s.view(r, "Publish "+st.Draft.Title)
	p.Scripts = []string{"copy.js"}
	return s.render(w, r, http.StatusOK, view.Publish(p, v))
}

// publish freezes the draft, provided that it still is the one that was looked at.
func (s *Server) publish(w http.ResponseWriter, r *http.Request) error {
	in, err := form(r)
	if err != nil {
		return err
	}
	st, err := s.study(r)
	if err != nil {
		return err
	}
	if in.Get("hash") != st.Draft.Hash() {
		return study.Refuse(study.ErrConflict, "The draft has changed since you looked at it. Look at it again before you publish it.")
	}
	bad := faults{}
	if _, err := s.openTraces(st.Draft, designFields(st.Draft), bad); err != nil {
		return err
	}
	for _, say := range bad {
		return study.Refuse(study.ErrInvalid, "%s", say)
	}
	if _, err := s.store.Publish(r.Context(), st.ID, whoFrom(r.Context()).ID, s.now()); err != nil {
		return err
	}
	return redirect(w, r, studyPath(st.ID))
}
