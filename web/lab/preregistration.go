package lab

import (
	"fmt"
	"io"
	"net/http"

	"github.com/go-chi/chi/v5"

	"vmstudy/document/prereg"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// DownloadPreregistration sends the preregistration of a version as Markdown or as a page for printing. A browser keeps the page and does not show it: it brings
// a style of its own, which pages of this server may not.
func (s *Server) DownloadPreregistration(w http.ResponseWriter, r *http.Request) error {
	v, err := s.version(r)
	if err != nil {
		return err
	}
	var asked []instrument.Instrument
	for _, id := range v.Design.Asked() {
		in, err := questionnaire.Of(v.Design, id)
		if err != nil {
			return fmt.Errorf("preregistration of version %d of study %d: %w", v.Number, v.Study, err)
		}
		asked = append(asked, in)
	}
	doc := prereg.Of(v, asked)
	kind, text := "text/markdown; charset=utf-8", ""
	switch format := chi.URLParam(r, "format"); format {
	case "md":
		text = doc.Markdown()
	case "html":
		kind, text = "text/html; charset=utf-8", doc.HTML()
	default:
		return fmt.Errorf("preregistration as %q: %w", format, study.ErrNotFound)
	}
	_, err = io.WriteString(&attachment{w: w, kind: kind, name: fmt.Sprintf("preregistration-study-%d-version-%d.%s", v.Study, v.Number, chi.URLParam(r, "format"))}, text)
	return err
}
