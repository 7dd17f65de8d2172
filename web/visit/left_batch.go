package visit

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"vmstudy/study"
	"vmstudy/web/screen"
)

// SaveLeftBatch stores a batch that an earlier page with a desktop could not send. Any page of this
// server may send it, whoever uses the browser now; the path names the session it belongs to. Only
// status 200 with an ackMessage that names the batch says that the batch is on disk. After every
// other answer, even a refusal, the browser keeps it.
func (s *Server) SaveLeftBatch(w http.ResponseWriter, r *http.Request) error {
	x, err := s.bringer(r)
	if err != nil {
		return err
	}
	var m batchMessage
	in := json.NewDecoder(r.Body)
	in.DisallowUnknownFields()
	if err := in.Decode(&m); err != nil {
		return fmt.Errorf("%w: batch: %w", study.ErrInvalid, err)
	}
	err = s.saveBatch(r.Context(), x, m)
	var nonsense screen.Nonsense
	switch {
	case errors.As(err, &nonsense):
		s.Log.WarnContext(r.Context(), "browser sent nonsense", "session", x.ID, "page", m.Page, "batch", m.Batch, "err", err)
		return fmt.Errorf("%w: %w", study.ErrInvalid, err)
	case err != nil:
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(ackMessage{Type: "ack", Page: m.Page, Batch: m.Batch})
}
