package webtest

import (
	"context"
	"io"

	"vmstudy/analysis"
	"vmstudy/questionnaire"
	"vmstudy/study"
)

// findings is a Results on a source.
type findings struct{ src analysis.Source }

func (f findings) Find(ctx context.Context, chosen analysis.Filter, v study.Version) (analysis.Results, error) {
	return analysis.Find(ctx, f.src, chosen, v, questionnaire.Named())
}

func (f findings) Export(ctx context.Context, chosen analysis.Filter, w io.Writer) error {
	return analysis.Export(ctx, f.src, chosen, questionnaire.Named(), w)
}

func (f findings) Versions(ctx context.Context, chosen analysis.Filter) ([]analysis.Published, error) {
	return analysis.VersionsOf(ctx, f.src, chosen)
}
