package web

import (
	"context"
	"io"

	"vmstudy/analysis"
	"vmstudy/study"
)

// Results finds what a study has recorded, for the people who analyse it.
type Results interface {
	// Find describes the data that f chooses by the conditions of v; see analysis.Find.
	Find(ctx context.Context, f analysis.Filter, v study.Version) (analysis.Results, error)
	// Export writes the data that f chooses to w while it reads them; see analysis.Export.
	Export(ctx context.Context, f analysis.Filter, w io.Writer) error
}
