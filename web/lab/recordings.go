package lab

import (
	"context"
	"io"
	"os"

	"vmstudy/record"
	"vmstudy/study"
)

// Recordings reads and deletes the files of recorded screens. It is implemented by
// record.Library.
type Recordings interface {
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
