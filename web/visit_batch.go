package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"vmstudy/study"
)

// saveLeftBatch takes a batch that an earlier page with a desktop could not send: any page of
// the same participant hands it in. The answer is 204 once it is on disk; a 4xx says that
// sending it again will not help.
func (s *Server) saveLeftBatch(w http.ResponseWriter, r *http.Request) error {
	p, err := s.visitor(r)
	if err != nil {
		return err
	}
	x, err := s.store.Session(r.Context(), p.Session)
	if err != nil {
		return fmt.Errorf("session of participant %d: %w", p.ID, err)
	}
	var m batchMessage
	in := json.NewDecoder(r.Body)
	in.DisallowUnknownFields()
	if err := in.Decode(&m); err != nil {
		return fmt.Errorf("%w: batch: %w", study.ErrInvalid, err)
	}
	err = s.saveBatch(r.Context(), x, m)
	var nonsense badMessage
	switch {
	case errors.As(err, &nonsense):
		s.log.WarnContext(r.Context(), "browser sent nonsense", "session", x.ID, "page", m.Page, "batch", m.Batch, "err", err)
		return fmt.Errorf("%w: %w", study.ErrInvalid, err)
	case err != nil:
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
