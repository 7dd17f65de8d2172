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
	return s.renderPublish(w, r, http.StatusOK, st, "")
}

// renderPublish shows it with why it could not be published just now, if that was asked for.
func (s *Server) renderPublish(w http.ResponseWriter, r *http.Request, code int, st study.Study, say string) error {
	in := designFields(st.Draft)
	bad := checkDesign(st.Draft, in)
	v := view.Publication{
		Study: studyView(st), Next: 1, Hash: st.Draft.Hash(), Canonical: st.Draft.Canonical(),
		Preview: designPreview(st.Draft, bad), Say: say,
	}
	if err := s.addPictures(&v.Preview, st.Draft, in, bad); err != nil {
		return err
	}
	if st.Published != nil {
		v.Next, v.Same = st.Published.Number+1, st.Published.Hash == v.Hash
	}
	p := s.view(r, "Publish "+st.Draft.Title)
	p.Scripts = []string{"copy.js"}
	return s.render(w, r, code, view.Publish(p, v))
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
		return s.renderPublish(w, r, http.StatusConflict, st, "The draft has changed since you looked at it. Look at it again before you publish it.")
	}
	bad := faults{}
	if _, err := s.openTraces(st.Draft, designFields(st.Draft), bad); err != nil {
		return err
	}
	for _, say := range bad {
		return s.renderPublish(w, r, http.StatusUnprocessableEntity, st, say)
	}
	_, err = s.store.Publish(r.Context(), st.ID, whoFrom(r.Context()).ID, s.now())
	if code, say := explain(err); code == http.StatusConflict || code == http.StatusUnprocessableEntity {
		return s.renderPublish(w, r, code, st, say)
	}
	if err != nil {
		return err
	}
	return redirect(w, r, studyPath(st.ID))
}
