package api

import (
	"cmp"
	"context"
	"time"

	"vmstudy/study"
	"vmstudy/web/page"
)

// InStudy names a study in the path.
type InStudy struct {
	Study int64 `path:"study" minimum:"1" doc:"Number of the study."`
}

func (i InStudy) id() study.StudyID { return study.StudyID(i.Study) }

// Study is a study.
type Study struct {
	ID        int64      `json:"id"`
	Title     string     `json:"title"`
	State     string     `json:"state" enum:"open,closed,archived"`
	CreatedAt *time.Time `json:"created_at,omitempty"`
	Published *Version   `json:"published,omitempty" doc:"The newest version; absent for a draft that was never published."`
}

// Version is a version of a study.
type Version struct {
	Number      int       `json:"number"`
	SHA256      string    `json:"sha256" doc:"Of the design, as on every row of data."`
	PublishedAt time.Time `json:"published_at"`
}

// OneStudy is the answer with a study.
type OneStudy struct{ Body Study }

func studyOf(st study.Study) Study {
	out := Study{ID: int64(st.ID), Title: st.Draft.Name(), State: cmp.Or(string(st.Openness.State), "open"), CreatedAt: when(st.CreatedAt)}
	if v := st.Published; v != nil {
		out.Published = &Version{Number: v.Number, SHA256: v.Hash, PublishedAt: v.PublishedAt}
	}
	return out
}

// Studies lists the studies that somebody sees.
func (s *Server) Studies(ctx context.Context, in *struct{ Paging }) (*Page[Study], error) {
	seen := page.Listed(ctx)
	load := func(p study.Part) ([]study.Study, error) { return s.lab.Store.StudiesIn(ctx, seen, p) }
	return read(in.Paging, func(st study.Study) int64 { return int64(st.ID) }, load, studyOf)
}

// Study returns one study.
func (s *Server) Study(ctx context.Context, in *struct{ InStudy }) (*OneStudy, error) {
	st, err := s.study(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return &OneStudy{studyOf(st)}, nil
}
