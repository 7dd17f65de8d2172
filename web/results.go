package web

import (
	"context"
	"io"

	"vmstudy/analysis"
	"vmstudy/study"
)

// Results finds what a study has recorded, for those who analyse it.
type Results interface {
	// Find describes by the conditions of v what f chooses, as analysis.Find does.
	Find(ctx context.Context, f analysis.Filter, v study.Version) (analysis.Results, error)
	// Export writes what f chooses to w as it comes, as analysis.Export does.
	Export(ctx context.Context, f analysis.Filter, w io.Writer) error
}
