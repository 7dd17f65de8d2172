package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"vmstudy/study"
	"vmstudy/studytest"
)

// slowSessions is a store that reads sessions until a test lets it end.
type slowSessions struct {
	*studytest.Store
	began, end chan struct{}
}

func (s *slowSessions) SessionsIn(ctx context.Context, in study.StudyID, p study.Part) ([]study.Session, error) {
	select {
	case s.began <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	<-s.end
	return s.Store.SessionsIn(ctx, in, p)
}

// unzipped returns the names and the texts of all files of an archive.
func unzipped(t *testing.T, content []byte) string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range archive.File {
		all.WriteString(f.Name + "\n")
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
	}
	return all.String()
}
