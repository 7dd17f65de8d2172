package lab

import (
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
	id, err := page.ID[study.StudyID](r, "study")
	if err != nil {
		return err
	}
	versions, err := s.Store.Versions(r.Context(), id)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if strconv.Itoa(v.Number) == chi.URLParam(r, "version") {
			return sendText(w, fmt.Sprintf("study-%d-version-%d.yaml", id, v.Number), v.Text)
		}
	}
	return fmt.Errorf("version %q of study %d: %w", chi.URLParam(r, "version"), id, study.ErrNotFound)
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

// ImportStudy makes a new study of a study file. If the file has faults, it shows all of them.
func (s *Server) ImportStudy(w http.ResponseWriter, r *http.Request) error {
	name, content, err := uploaded(r)
	if err != nil {
		return err
	}
	d, bad := document.Read(content)
	if len(bad) == 0 && d.Title.Empty() {
		bad = []document.Fault{{At: "title", Say: "a study needs a title"}}
	}
	if len(bad) == 0 {
		id, err := s.Store.CreateStudy(r.Context(), page.Who(r.Context()).ID, d, s.Now())
		if err != nil {
			return err
		}
		return page.Redirect(w, r, designPath(id)+"?saved")
	}
	v := view.FaultyFile{Name: name}
	for _, f := range bad {
		v.Faults = append(v.Faults, view.FileFault{Line: f.Line, Field: f.At, Say: page.Sentence(f.Say)})
	}
	return s.Render(w, r, http.StatusUnprocessableEntity, view.FaultyFilePage(s.LabPage(r, "The study file has faults"), v))
}

// uploaded returns the file of the field "file" in a form.
func uploaded(r *http.Request) (name string, content []byte, err error) {
	file, head, err := r.FormFile("file")
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return "", nil, err
	case err != nil:
		return "", nil, study.Refuse(study.ErrInvalid, "Choose the study file that is to be read.")
	}
	defer file.Close()
	content, err = io.ReadAll(io.LimitReader(file, document.MaxSize+1))
	return head.Filename, content, err
}
