package lab

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/go-chi/chi/v5"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// imagesPath is the path under which experimenters get images.
const imagesPath = "/lab/images"

// AddImage adds an image to the draft, in place of the one with its name.
func (s *Server) AddImage(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	name, content, err := uploaded(r, study.MaxImageSize, "Choose the image that is to be uploaded.")
	if err != nil {
		return s.sayOfImages(w, r, err)
	}
	m, file, err := document.ReadImage(name, content)
	if err != nil {
		return s.sayOfImages(w, r, err)
	}
	d := st.Draft.WithImage(m)
	if len(d.Images) > study.MaxImages {
		return s.sayOfImages(w, r, study.Refuse(study.ErrInvalid, "A study has at most %d images: remove one.", study.MaxImages))
	}
	if err := s.Store.KeepImage(r.Context(), file); err != nil {
		return err
	}
	return s.saveImages(w, r, st, r.PostFormValue("revision"), d)
}

// RemoveImage removes an image from the draft. Versions that show it keep it.
func (s *Server) RemoveImage(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	name, err := url.PathUnescape(chi.URLParam(r, "name")) // a study file may have any text for a name
	if err != nil {
		return fmt.Errorf("image %q: %w", chi.URLParam(r, "name"), study.ErrNotFound)
	}
	d := st.Draft
	d.Images = slices.DeleteFunc(slices.Clone(d.Images), func(m study.Image) bool { return m.Name == name })
	if len(d.Images) == 0 {
		d.Images = nil
	}
	return s.saveImages(w, r, st, in.Get("revision"), d)
}

// saveImages stores d as the draft, if it is still the one that was seen.
func (s *Server) saveImages(w http.ResponseWriter, r *http.Request, st study.Study, seen string, d study.Design) error {
	err := s.Store.ReplaceDraft(r.Context(), st.ID, seen, d)
	if errors.Is(err, study.ErrConflict) {
		return s.sayOfImages(w, r, err)
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, designPath(st.ID)+"#images")
}

// sayOfImages shows the page of the design, with the sentence of err beside the images. If err has none, it returns err.
func (s *Server) sayOfImages(w http.ResponseWriter, r *http.Request, err error) error {
	say := study.Sentence(err)
	if say == "" {
		return err
	}
	code, _ := page.Explain(err)
	return s.showDesign(w, r, code, say)
}

// ShowImage sends an image.
func (s *Server) ShowImage(w http.ResponseWriter, r *http.Request) error {
	hash := chi.URLParam(r, "sha256")
	if !page.Storable(hash) {
		return fmt.Errorf("image %q: %w", hash, study.ErrNotFound)
	}
	f, err := s.Store.ImageFile(r.Context(), hash)
	if err != nil {
		return err
	}
	return page.SendImage(w, f)
}

// imageRows are the images of a stored draft.
func imageRows(d study.Design) (all []view.ImageRow) {
	for _, m := range d.Images {
		all = append(all, view.ImageRow{Name: m.Name, Path: imagesPath + "/" + url.PathEscape(m.SHA256)})
	}
	return all
}

// checkImages adds a fault for each image that is not there.
func (s *Server) checkImages(r *http.Request, d study.Design, bad faults) error {
	for i, m := range d.Images {
		switch _, err := s.Store.ImageFile(r.Context(), m.SHA256); {
		case errors.Is(err, study.ErrNotFound):
			bad.add(row("images", i), "image %s is not here: upload it", m.Name)
		case err != nil:
			return err
		}
	}
	return nil
}
