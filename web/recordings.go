package web

import (
	"context"
	"io"
	"net"
	"os"

	"vmstudy/record"
	"vmstudy/study"
)

// Recordings writes, reads and deletes the files of recorded screens. It is implemented by
// record.Library.
type Recordings interface {
	// Record returns a connection that behaves as conn while the recorder of an attempt records
	// what passes. It does not wait and does not fail, because a trial is worth more than its
	// recording. keys says whether to record which keys were pressed.
	Record(ctx context.Context, a study.AttemptID, keys bool, conn net.Conn) net.Conn
	// Export writes the recording of an attempt as an FBS file for players of VNC sessions. If
	// there is no recording, it returns study.ErrNotFound and writes nothing.
	Export(ctx context.Context, to io.Writer, a study.AttemptID, x record.Export) error
	// OpenReplay returns the replay of an attempt; the caller must close data. If data is nil, the
	// replay is still being made, which the first call starts, and done says how much of it is
	// made: 0 to 1.
	OpenReplay(a study.AttemptID) (index record.Replay, data *os.File, done float64, err error)
	// Remove deletes the files of a recording. If there are none, it returns study.ErrNotFound.
	Remove(a study.AttemptID) error
	Videos
}

// Videos makes videos of recordings when somebody asks for one.
type Videos interface {
	// Video returns how much of an attempt's video is made.
	Video(a study.AttemptID) record.VideoState
	// MakeVideo starts making the video, unless it exists or is being made. It returns a refusal,
	// with a sentence, while another video is being made, and on machines that cannot make videos.
	MakeVideo(a study.AttemptID) error
	// CancelVideo stops making the video.
	CancelVideo(a study.AttemptID)
	// OpenVideo opens the video, or returns study.ErrNotFound.
	OpenVideo(a study.AttemptID) (*os.File, error)
}

// noRecordings is used if this server records nothing.
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

// recorded returns the connection to the screen of x. A recorder watches it if the study and the
// participant want that.
func (s *Server) recorded(ctx context.Context, x study.Session, machine net.Conn) net.Conn {
	d := x.Version.Design
	st, _ := s.conduct.Status(x.ID)
	if d.Record == study.RecordNever || !x.Recorded || st.Attempt == 0 {
		return machine
	}
	return s.recordings.Record(ctx, st.Attempt, d.RecordKeys, machine)
}
