package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"vmstudy/record"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// recordedAttempt is a recording with its attempt, trial and session.
type recordedAttempt struct {
	session study.Session
	trial   study.Trial
	attempt study.Attempt
	study.Recording
}

// recording loads the recording in the path. It returns study.ErrNotFound if the recording belongs
// to another session.
func (s *Server) recording(r *http.Request) (recordedAttempt, error) {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return recordedAttempt{}, err
	}
	a, err := page.ID[study.AttemptID](r, "attempt")
	if err != nil {
		return recordedAttempt{}, err
	}
	x, err := s.Store.Session(r.Context(), id)
	if err != nil {
		return recordedAttempt{}, err
	}
	t, made, found := x.Attempt(a)
	if !found {
		return recordedAttempt{}, fmt.Errorf("attempt %d of session %d: %w", a, id, study.ErrNotFound)
	}
	recording, err := s.Store.Recording(r.Context(), a)
	return recordedAttempt{x, t, made, recording}, err
}

// ShowRecording shows the page of a recording.
func (s *Server) ShowRecording(w http.ResponseWriter, r *http.Request) error {
	x, err := s.recording(r)
	if err != nil {
		return err
	}
	return s.renderRecording(w, r, http.StatusOK, x, "", "")
}

// renderRecording answers with the page of a recording. why is the reason for deleting it, as it
// was typed; say is what is wrong with that reason.
func (s *Server) renderRecording(w http.ResponseWriter, r *http.Request, code int, x recordedAttempt, why, say string) error {
	v, err := s.recordingPage(r, x)
	if err != nil {
		return err
	}
	v.Why, v.Say = why, say
	p := s.LabPage(r, "Recording of "+v.Code)
	p.Scripts = []string{"video.js"}
	return s.Render(w, r, code, view.RecordingPage(p, v, s.videoView(x.Attempt)))
}

// recordingPage returns what every page of a recording shows.
func (s *Server) recordingPage(r *http.Request, x recordedAttempt) (view.RecordingOf, error) {
	st, err := s.Store.Study(r.Context(), x.session.Study)
	return view.RecordingOf{
		Study: studyView(st), Session: int64(x.session.ID), TrialID: int64(x.trial.ID), Code: x.session.Participant.Code,
		Recording: s.recordingView(x.session.ID, x.trial, x.attempt, x.Recording),
	}, err
}

// recordingsView returns the rows for the recordings of x.
func (s *Server) recordingsView(x study.Session, made []study.Recording) []view.Recording {
	of := map[study.AttemptID]study.Recording{}
	for _, m := range made {
		of[m.Attempt] = m
	}
	var all []view.Recording
	for _, t := range x.Trials {
		for _, a := range t.Attempts {
			if m, recorded := of[a.ID]; recorded {
				all = append(all, s.recordingView(x.ID, t, a, m))
			}
		}
	}
	return all
}

func (s *Server) recordingView(x study.SessionID, t study.Trial, a study.Attempt, m study.Recording) view.Recording {
	v := view.Recording{
		Path:  attemptPath(x, a.ID),
		Trial: trialView(study.Design{}, t, nil).Position, Condition: t.Condition.Code(), Attempt: a.Number,
		State: recordingEnds[m.Ended], Whole: m.Ended == study.RecordedWhole, Writing: m.Ended == "",
		Deleted: s.Moment(m.DeletedAt), Began: s.Moment(m.BeganAt), SHA256: m.SHA256,
	}
	if m.Ended != "" {
		v.Duration, v.Megabytes = clockTime(m.Duration), megabytes(m.Bytes)
	}
	for n := range m.Segments {
		v.Segments = append(v.Segments, n+1)
	}
	return v
}

// recordingEnds says in words why a recording is incomplete.
var recordingEnds = map[study.RecordingEnd]string{
	study.DiskFull:         "cut short: the disk was full",
	study.DiskFailed:       "cut short: it could not be written",
	study.TooSlow:          "cut short: more came than could be written",
	study.ScreenUnreadable: "cut short: the screen’s stream could not be followed",
	study.ServerStopped:    "cut short: the server was stopped",
}

// clockTime writes a duration as minutes and seconds, such as 12:03.
func clockTime(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// attemptPath returns the beginning of the paths of an attempt's pages.
func attemptPath(x study.SessionID, a study.AttemptID) string {
	return fmt.Sprintf("/lab/sessions/%d/attempts/%d", x, a)
}

// DownloadFBS answers with an FBS file for players of VNC sessions: of the whole recording, or of
// one segment.
func (s *Server) DownloadFBS(w http.ResponseWriter, r *http.Request) error {
	x, err := s.kept(r)
	if err != nil {
		return err
	}
	export, part := record.Export{Hextile: r.URL.Query().Get("encoding") == "hextile"}, ""
	if asked := r.URL.Query().Get("segment"); asked != "" {
		if export.Segment, err = strconv.Atoi(asked); err != nil || export.Segment < 1 || export.Segment > x.Segments {
			return study.Refuse(study.ErrNotFound, "there is no such part of this recording")
		}
		part = "-" + asked
	}
	file := &attachment{w: w, kind: "application/octet-stream", name: fmt.Sprintf("%s-trial%d-attempt%d%s.fbs",
		x.session.Participant.Code, x.trial.Position, x.attempt.Number, part)}
	if err := s.Recordings.Export(r.Context(), file, x.Attempt, export); err == nil || !file.begun {
		return err
	} else if r.Context().Err() == nil { // otherwise the browser has left, which is no error
		s.Log.ErrorContext(r.Context(), "export of a recording was cut", "attempt", x.Attempt, "err", err)
	}
	panic(http.ErrAbortHandler) // so that the browser does not take the file for complete
}

// DeleteRecording records that a recording is deleted, and then deletes its files. If the server
// stops in between, it deletes them when it starts again.
func (s *Server) DeleteRecording(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	x, err := s.recording(r)
	if err != nil {
		return err
	}
	why := strings.TrimSpace(in.Get("why"))
	if why == "" || utf8.RuneCountInString(why) > 500 || !page.Storable(why) {
		return s.renderRecording(w, r, http.StatusUnprocessableEntity, x, why, "Say in up to 500 characters why the recording is to be deleted.")
	}
	if err := s.Store.DeleteRecording(r.Context(), x.Attempt, page.Who(r.Context()).Name, why, s.Now()); err != nil {
		return err
	}
	if err := s.removeFiles(r.Context(), x.Recording); err != nil {
		return err
	}
	return page.Redirect(w, r, fmt.Sprintf("/lab/sessions/%d", x.session.ID))
}

// removeFiles deletes the files of a recording that is recorded as deleted. If files may be left,
// it says so to the experimenter, who may have promised a participant that they are gone.
func (s *Server) removeFiles(ctx context.Context, x study.Recording) error {
	err := s.Recordings.Remove(x.Attempt)
	if errors.Is(err, study.ErrNotFound) && (x.Bytes == 0 || !x.DeletedAt.IsZero()) {
		return nil // it never had a file, or the file was deleted before
	}
	if err == nil {
		return nil
	}
	s.Log.ErrorContext(ctx, "the files of a deleted recording were not removed", "attempt", x.Attempt, "err", err)
	if errors.Is(err, study.ErrNotFound) {
		return study.Refuse(study.ErrConflict, "The recording counts as deleted, but its file was not in the server's directory of recordings, so nothing was removed. If that directory was moved or copied, delete the file %d.* there by hand.", x.Attempt)
	}
	return study.Refuse(study.ErrConflict, "The recording counts as deleted, but its files could not be removed. The server tries again when it starts the next time; its log says what is wrong.")
}
