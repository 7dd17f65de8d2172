package api

import (
	"context"
	"errors"

	"vmstudy/study"
	"vmstudy/web/page"
)

// What a request names by number and is not there is told with that number: a program that has the wrong one in its hand learns which.

// study returns a study that the path names.
func (s *Server) study(ctx context.Context, id study.StudyID) (study.Study, error) {
	st, err := s.lab.Store.Study(ctx, id)
	return st, named(err, "There is no study %s.", int64(id))
}

// session returns a session that the path names.
func (s *Server) session(ctx context.Context, id study.SessionID) (study.Session, error) {
	x, err := s.lab.Store.Session(ctx, id)
	return x, named(err, "There is no session %s.", int64(id))
}

// named gives the error of something that is not there, and says not what, a sentence with its number.
func named(err error, say string, n int64) error {
	if errors.Is(err, study.ErrNotFound) && study.Sentence(err) == "" {
		return page.ErrMissing(say, n)
	}
	return err
}
