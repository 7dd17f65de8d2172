package api

import (
	"context"
	"mime"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/page"
)

// SetState closes, reopens or archives a study, and answers with it.
func (s *Server) SetState(ctx context.Context, in *struct {
	InStudy
	Body struct {
		State string `json:"state" enum:"open,closed,archived"`
	}
},
) (*OneStudy, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	state := in.Body.State
	if state == "open" {
		state = string(study.StudyOpen)
	}
	if err := s.lab.SetStateBy(ctx, in.id(), form(ctx, map[string]string{"state": state})); err != nil {
		return nil, err
	}
	return s.Study(ctx, &struct{ InStudy }{in.InStudy})
}

// InVersion names a version in the path.
type InVersion struct {
	InStudy
	Version int `path:"version" minimum:"1" doc:"Number of the version."`
}

// file answers with the file that a page sends. What goes wrong is a problem here, as Handle tells programs.
func (s *Server) file(h page.Handler) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		r, w := humachi.Unwrap(c)
		s.Handle(h)(w, r)
	}}
}

// DraftFile sends the draft of a study as a study file.
func (s *Server) DraftFile(ctx context.Context, in *struct{ InStudy }) (*huma.StreamResponse, error) {
	_, err := s.study(ctx, in.id())
	return s.file(s.lab.DownloadDraft), err
}

// DraftBundle sends the draft of a study with its images.
func (s *Server) DraftBundle(ctx context.Context, in *struct{ InStudy }) (*huma.StreamResponse, error) {
	_, err := s.study(ctx, in.id())
	return s.file(s.lab.DownloadDraftBundle), err
}

// VersionFile sends a version of a study as it was published.
func (s *Server) VersionFile(ctx context.Context, in *InVersion) (*huma.StreamResponse, error) {
	return s.file(s.lab.DownloadVersion), s.hasVersion(ctx, in)
}

// VersionBundle sends a version of a study as it was published, with its images.
func (s *Server) VersionBundle(ctx context.Context, in *InVersion) (*huma.StreamResponse, error) {
	return s.file(s.lab.DownloadVersionBundle), s.hasVersion(ctx, in)
}

func (s *Server) hasVersion(ctx context.Context, in *InVersion) error {
	if _, err := s.study(ctx, in.id()); err != nil {
		return err
	}
	versions, err := s.lab.Store.Versions(ctx, in.id())
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.Number == in.Version {
			return nil
		}
	}
	return page.ErrMissing("Study %s has no version %s.", in.Study, int64(in.Version))
}

var errKind = study.Refuse(errOtherKind, "Send a study file as application/yaml, or a bundle as application/zip.")

// Import makes a new study, whose draft is that of a study file or a bundle, and answers with it.
func (s *Server) Import(ctx context.Context, in *struct {
	Kind    string `header:"Content-Type" doc:"application/yaml or application/zip."`
	RawBody []byte `contentType:"application/yaml"`
},
) (*OneStudy, error) {
	if kind, _, err := mime.ParseMediaType(in.Kind); err != nil || kind != "application/yaml" && kind != "application/zip" {
		return nil, errKind
	}
	id, faults, err := s.lab.ImportBy(ctx, in.RawBody)
	if err != nil {
		return nil, err
	}
	if len(faults) > 0 {
		return nil, faultyFile(faults)
	}
	return s.Study(ctx, &struct{ InStudy }{InStudy{int64(id)}})
}

const mostFaults = 5 // of a study file that a sentence has

// faultyFile says what is wrong with a study file.
func faultyFile(faults []document.Fault) error {
	var all []string
	for _, f := range faults[:min(len(faults), mostFaults)] {
		all = append(all, f.String())
	}
	if n := len(faults) - mostFaults; n > 0 {
		all = append(all, "and "+study.Count(n, "fault")+" more")
	}
	return study.Refuse(study.ErrInvalid, "The file has faults, so no study was made: %s", strings.Join(all, "; "))
}
