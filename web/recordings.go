package web

import (
	"context"
	"io"
	"net"
	"os"

	"vmstudy/record"
	"vmstudy/study"
)

// Recordings are the files of recorded screens, and what writes them; record.Library is one.
type Recordings interface {
	// Record returns conn watched by the recorder of an attempt. It waits for nothing and does
	// not fail: a trial is worth more than its recording. keys: which key it was is recorded.
	Record(ctx context.Context, a study.AttemptID, keys bool, conn net.Conn) net.Conn
	// Export writes what players of VNC sessions read of the recording of an attempt. If there is none,
	// it is study.ErrNotFound and nothing is written.
	Export(ctx context.Context, to io.Writer, a study.AttemptID, x record.Export) error
	// OpenReplay returns the replay of an attempt, whose data the caller closes. Without data
	// it is still being made, which the first call begins, and done says how far: 0 to 1.
	OpenReplay(a study.AttemptID) (index record.Replay, data *os.File, done float64, err error)
	// Remove deletes the files of a recording. If there is none, it is study.ErrNotFound.
	Remove(a study.AttemptID) error
	Videos
}

// Videos are made of recordings when somebody wants one.
type Videos interface {
	// Video returns how far the video of an attempt is.
	Video(a study.AttemptID) record.VideoState
	// MakeVideo begins to make it, unless there is one or it is being made. It is refused, with a
	// sentence, while another is being made and where videos cannot be made.
	MakeVideo(a study.AttemptID) error
	// CancelVideo ends the making of it.
	CancelVideo(a study.AttemptID)
	// OpenVideo opens it, or is study.ErrNotFound.
	OpenVideo(a study.AttemptID) (*os.File, error)
}

// noRecordings is where nothing is recorded.
type noRecordings struct{}

func (noRecordings) Record(_ context.Context, _ study.AttemptID, _ bool, conn net.Conn) net.Conn {
	return conn
}

func (noRecordings) Export(context.Context, io.Writer, study.AttemptID, record.Export) error {
	return study.ErrNotFound
}

func (noRecordings) OpenReplay(study.AttemptID) (record.Replay, *os.File, float64, error) {
	return record.Replay{}, nil, 0, study.ErrNotFound
}
func (noRecordings) Remove(study.AttemptID) error                { return study.ErrNotFound }
func (noRecordings) Video(study.AttemptID) record.VideoState     { return record.VideoState{} }
func (noRecordings) MakeVideo(study.AttemptID) error             { return study.ErrNotFound }
func (noRecordings) CancelVideo(study.AttemptID)                 {}
func (noRecordings) OpenVideo(study.AttemptID) (*os.File, error) { return nil, study.ErrNotFound }

// recorded returns the connection to the screen of x watched by a recorder, if the study and the
// participant want that.
func (s *Server) recorded(ctx context.Context, x study.Session, machine net.Conn) net.Conn {
	d := x.Version.Design
	st, _ := s.conduct.Status(x.ID)
	if d.Record == study.RecordNever || !x.Recorded || st.Attempt == 0 {
		return machine
	}
	return s.recordings.Record(ctx, st.Attempt, d.RecordKeys, machine)
}
