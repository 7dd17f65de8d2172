package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// studyFile is the media type of a study file (RFC 9512).
const studyFile = "application/yaml"

// DownloadDraft sends the draft as a study file.
func (s *Server) DownloadDraft(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	return sendText(w, fmt.Sprintf("study-%d-draft.yaml", st.ID), document.Write(st.Draft))
}

// DownloadVersion sends the text of a version, exactly as it was published.
func (s *Server) DownloadVersion(w http.ResponseWriter, r *http.Request) error {
	v, err := s.version(r)
	if err != nil {
		return err
	}
	return sendText(w, fmt.Sprintf("study-%d-version-%d.yaml", v.Study, v.Number), v.Text)
}

// version returns the version in the path.
func (s *Server) version(r *http.Request) (study.Version, error) {
	id, err := page.ID[study.StudyID](r, "study")
	if err != nil {
		return study.Version{}, err
	}
	versions, err := s.Store.Versions(r.Context(), id)
	if err != nil {
		return study.Version{}, err
	}
	for _, v := range versions {
		if strconv.Itoa(v.Number) == chi.URLParam(r, "version") {
			return v, nil
		}
	}
	return study.Version{}, fmt.Errorf("version %q of study %d: %w", chi.URLParam(r, "version"), id, study.ErrNotFound)
}

// DownloadDraftBundle sends the draft with its images.
func (s *Server) DownloadDraftBundle(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	return s.sendBundle(w, r, fmt.Sprintf("study-%d-draft.zip", st.ID), document.Write(st.Draft), st.Draft)
}

// DownloadVersionBundle sends the text of a version, exactly as it was published, with its images.
func (s *Server) DownloadVersionBundle(w http.ResponseWriter, r *http.Request) error {
	v, err := s.version(r)
	if err != nil {
		return err
	}
	return s.sendBundle(w, r, fmt.Sprintf("study-%d-version-%d.zip", v.Study, v.Number), v.Text, v.Design)
}

func (s *Server) sendBundle(w http.ResponseWriter, r *http.Request, name, text string, d study.Design) error {
	var out bytes.Buffer // a bundle has at most document.MaxBundle bytes, and its error is a page
	err := document.WriteBundle(&out, text, d, func(hash string) (study.ImageFile, error) { return s.Store.ImageFile(r.Context(), hash) })
	if err != nil {
		return err
	}
	_, err = out.WriteTo(&attachment{w: w, kind: "application/zip", name: name})
	return err
}

func sendText(w http.ResponseWriter, name, text string) error {
	_, err := io.WriteString(&attachment{w: w, kind: studyFile, name: name}, text)
	return err
}

// CopyStudy makes a new study whose draft is a copy of this one's.
func (s *Server) CopyStudy(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	const mark = "Copy of "
	for l, title := range st.Draft.Title {
		if copied := mark + strings.TrimPrefix(title, mark); len(copied) <= study.MaxTitle {
			st.Draft.Title = st.Draft.Title.With(l, copied)
		}
	}
	id, err := s.Store.CreateStudy(r.Context(), page.Who(r.Context()).ID, st.Draft, s.Now())
	if err != nil {
		return err
	}
	return page.Redirect(w, r, designPath(id)+"?saved")
}

// ImportStudy makes a new study of a study file, or of a bundle. If the file has faults, it shows all of them.
func (s *Server) ImportStudy(w http.ResponseWriter, r *http.Request) error {
	name, content, err := uploaded(r, document.MaxBundle, "Choose the study file that is to be read.")
	if err != nil {
		return err
	}
	id, bad, err := s.ImportBy(r.Context(), content)
	if err != nil {
		return err
	}
	if len(bad) == 0 {
		return page.Redirect(w, r, designPath(id)+"?saved")
	}
	v := view.FaultyFile{Name: name}
	for _, f := range bad {
		v.Faults = append(v.Faults, view.FileFault{Line: f.Line, Field: f.At, Say: page.Sentence(f.Say)})
	}
	return s.Render(w, r, http.StatusUnprocessableEntity, view.FaultyFilePage(s.LabPage(r, "The study file has faults"), v))
}

// ImportBy makes a new study of a study file, or of a bundle. If the file has faults, it returns all of them, and makes none.
func (s *Server) ImportBy(ctx context.Context, content []byte) (study.StudyID, []document.Fault, error) {
	d, images, bad := document.ReadFile(content)
	if len(bad) == 0 && d.Title.Empty() {
		bad = []document.Fault{{At: "title", Say: "a study needs a title"}}
	}
	if len(bad) > 0 {
		return 0, bad, nil
	}
	for _, f := range images {
		if err := s.Store.KeepImage(ctx, f); err != nil {
			return 0, nil, err
		}
	}
	id, err := s.Store.CreateStudy(ctx, page.Who(ctx).ID, d, s.Now())
	return id, nil, err
}

// uploaded returns the file of the field "file" in a form: no more of it than most bytes and one. choose is what to say if there is none.
func uploaded(r *http.Request, most int64, choose string) (name string, content []byte, err error) {
	file, head, err := r.FormFile("file")
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return "", nil, err
	case err != nil:
		return "", nil, study.Refuse(study.ErrInvalid, "%s", choose)
	}
	defer file.Close()
	content, err = io.ReadAll(io.LimitReader(file, most+1))
	return head.Filename, content, err
}
