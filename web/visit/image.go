package visit

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/web/page"
)

// imagesPath is the path under which a participant gets the images of their study.
func imagesPath(v study.Session) string { return page.VisitPath(v.ID) + "/images" }

// ShowImage sends an image of the participant's study.
func (s *Server) ShowImage(w http.ResponseWriter, r *http.Request, v study.Session) error {
	hash := chi.URLParam(r, "sha256")
	if !slices.ContainsFunc(v.Version.Design.Images, func(m study.Image) bool { return m.SHA256 == hash }) {
		return fmt.Errorf("image %q of session %d: %w", hash, v.ID, study.ErrNotFound)
	}
	f, err := s.store.ImageFile(r.Context(), hash)
	if err != nil {
		return err
	}
	return page.SendImage(w, f)
}
