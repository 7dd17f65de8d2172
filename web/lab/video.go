package lab

import (
	"fmt"
	"net/http"
	"time"

	"vmstudy/record"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// MakeVideo starts making the video of a recording.
func (s *Server) MakeVideo(w http.ResponseWriter, r *http.Request) error {
	return s.onVideo(w, r, s.Recordings.MakeVideo)
}

// CancelVideo stops making the video.
func (s *Server) CancelVideo(w http.ResponseWriter, r *http.Request) error {
	return s.onVideo(w, r, func(a study.AttemptID) error {
		s.Recordings.CancelVideo(a)
		return nil
	})
}

func (s *Server) onVideo(w http.ResponseWriter, r *http.Request, do func(study.AttemptID) error) error {
	x, err := s.kept(r)
	if err != nil {
		return err
	}
	if err := do(x.Attempt); err != nil {
		return err
	}
	return page.Redirect(w, r, attemptPath(x.session.ID, x.attempt.ID)+"/recording#video")
}

// ShowVideo answers with the part of a recording's page that shows how much of its video is made.
func (s *Server) ShowVideo(w http.ResponseWriter, r *http.Request) error {
	x, err := s.kept(r)
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, view.VideoOf(attemptPath(x.session.ID, x.attempt.ID), s.videoView(x.Attempt)))
}

// videoView returns how much of an attempt's video is made, and whether one can be made.
func (s *Server) videoView(a study.AttemptID) view.Video {
	state := s.Recordings.Video(a)
	v := view.Video{Megabytes: megabytes(state.Bytes), Made: state.Made(), Making: state.Making, Percent: int(100 * state.Share)}
	if err := record.Encodable(); err != nil && !v.Made {
		v.Cannot = page.Sentence(study.Sentence(err))
	}
	if state.Err != nil {
		v.Failed = page.Sentence(study.Sentence(state.Err))
		if study.Sentence(state.Err) == "" {
			v.Failed = "The video could not be made; the server’s log says why."
		}
	}
	return v
}

// DownloadVideo answers with the video. Browsers that play it ask for ranges of bytes.
func (s *Server) DownloadVideo(w http.ResponseWriter, r *http.Request) error {
	x, err := s.kept(r)
	if err != nil {
		return err
	}
	f, err := s.Recordings.OpenVideo(x.Attempt)
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", "video/mp4")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s-trial%d-attempt%d.mp4"`,
		x.session.Participant.Code, x.trial.Position, x.attempt.Number))
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}
