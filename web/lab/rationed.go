package lab

import (
	"context"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

// This file limits how much is read from the database at once for people who analyse. A study may have millions of rows, and
// whoever has a trial running must not wait for them.

const (
	mostDownloads   = 4                // exports that are sent at once; each uses a database connection for as long as it takes
	mostFindings    = 4                // pages and files of results that are read at once; each uses a database connection, too
	findingPatience = 10 * time.Second // how long one more page of results waits for one of these to end
)

var (
	errDownloads = study.Refuse(study.ErrConflict,
		"%d downloads are under way already, and more would only slow each other down. Try again when one of them has ended.", mostDownloads)
	errFindings = study.Refuse(study.ErrConflict,
		"%d pages of results are being read already, and more would only slow each other down. Try again when one of them has been shown.", mostFindings)
)

// takeDownload takes a place among the downloads, or returns a refusal if all are taken. Whoever took one gives it back.
func (s *Server) takeDownload() (giveBack func(), err error) {
	select {
	case s.downloads <- struct{}{}:
		return func() { <-s.downloads }, nil
	default:
		return nil, errDownloads
	}
}

// rationed are results of which only so many are read at once.
type rationed struct {
	Results
	places chan struct{} // has one value for each that is being read
}

// Find implements Results. It waits a while for a place, because a page of results takes a moment only.
func (r rationed) Find(ctx context.Context, f analysis.Filter, v study.Version) (analysis.Results, error) {
	patience := time.NewTimer(findingPatience)
	defer patience.Stop()
	select {
	case r.places <- struct{}{}:
		defer func() { <-r.places }()
		return r.Results.Find(ctx, f, v)
	case <-patience.C:
		return analysis.Results{}, errFindings
	case <-ctx.Done():
		return analysis.Results{}, context.Cause(ctx)
	}
}
