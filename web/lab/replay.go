package lab

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/record"
	"vmstudy/study"
	"vmstudy/web/view"
)

// ShowReplay shows a recording in the viewer that the participant had.
func (s *Server) ShowReplay(w http.ResponseWriter, r *http.Request) error {
	x, err := s.kept(r)
	if err != nil {
		return err
	}
	return s.renderReplay(w, r, http.StatusOK, x, view.NoteForm{})
}

// renderReplay shows that page. tried is what was typed in the form for a note.
func (s *Server) renderReplay(w http.ResponseWriter, r *http.Request, code int, x recordedAttempt, tried view.NoteForm) error {
	v, err := s.recordingPage(r, x)
	if err != nil {
		return err
	}
	tried.Limit = study.NoteLimit
	var bands []view.Band
	for _, b := range stat.Bands() {
		bands = append(bands, view.Band{Name: b.Name, Range: rangeOf(b)})
	}
	p := s.LabPage(r, "Replay of "+v.Code)
	p.Scripts, p.Styles = []string{"replay/main.js"}, []string{"replay.css"}
	return s.Render(w, r, code, view.ReplayPage(p, v, bands, tried))
}

// rangeOf writes the limits of a band, such as "150 ms to 1 s".
func rangeOf(b stat.Band) string {
	switch {
	case b.From == 0:
		return "under " + short(b.To)
	case b.To == 0:
		return short(b.From) + " and more"
	}
	return short(b.From) + " to " + short(b.To)
}

// short writes a duration such as "150 ms" or "2 s".
func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%g s", d.Seconds())
}

// kept loads the recording in the path. It must have ended and must not be deleted.
func (s *Server) kept(r *http.Request) (recordedAttempt, error) {
	x, err := s.recording(r)
	switch {
	case err != nil:
		return recordedAttempt{}, err
	case !x.DeletedAt.IsZero():
		return recordedAttempt{}, study.Refuse(study.ErrNotFound, "this recording was deleted")
	case !x.Kept():
		return recordedAttempt{}, study.Refuse(study.ErrConflict, "this recording is still being written: it can be seen when the trial has ended")
	case x.Bytes == 0: // a file of its name would be another person's
		return recordedAttempt{}, study.Refuse(study.ErrNotFound, "nothing of this recording could be written")
	}
	return x, nil
}

// replayDoc is the JSON for the page of a replay. Times are milliseconds since the recording began.
type replayDoc struct {
	Done         float64          `json:"done"` // 0 to 1; below 1 the replay is still being made, and the other fields are empty
	Duration     int64            `json:"duration,omitempty"`
	Chunks       []record.Chunk   `json:"chunks,omitempty"`
	Segments     []int64          `json:"segments,omitempty"`
	Inputs       [][]int64        `json:"inputs,omitempty"`
	Interactions []interactionDoc `json:"interactions,omitempty"`
	Marks        []markDoc        `json:"marks,omitempty"`
}

// interactionDoc is a timed input. Its response and band are null if nothing answered it.
type interactionDoc struct {
	At       int64           `json:"at"`
	Kind     study.InputKind `json:"kind"`
	Response *int64          `json:"response"` // ms
	Band     *int            `json:"band"`     // index into stat.Bands
}

// markDoc is an event or a rating on the time line.
type markDoc struct {
	At   int64  `json:"at"`
	Kind string `json:"kind"` // "event", "pause", "note" or "answer"
	What string `json:"what"`
}

// ReplayIndex answers with the index of the replay, or with how much of it has been made.
func (s *Server) ReplayIndex(w http.ResponseWriter, r *http.Request) error {
	x, err := s.kept(r)
	if err != nil {
		return err
	}
	index, data, done, err := s.Recordings.OpenReplay(x.Attempt)
	if err != nil {
		return err
	}
	doc := replayDoc{Done: done}
	if data != nil {
		if err := data.Close(); err != nil {
			return err
		}
		if doc, err = s.replayDoc(r, x, index); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(doc)
}

func (s *Server) replayDoc(r *http.Request, x recordedAttempt, index record.Replay) (replayDoc, error) {
	doc := replayDoc{Done: 1, Duration: index.Duration, Chunks: index.Chunks, Segments: index.Segments, Inputs: index.Inputs}
	interactions, err := s.Store.InteractionsOf(r.Context(), x.Attempt)
	if err != nil {
		return doc, err
	}
	for _, i := range interactions {
		if i.Kind.Timed() {
			doc.Interactions = append(doc.Interactions, interactionOf(i, x.BeganAt))
		}
	}
	events, err := s.Store.Events(r.Context(), x.session.ID)
	if err != nil {
		return doc, err
	}
	for _, e := range events {
		if e.Attempt == x.Attempt && e.Kind != study.PageJoined {
			doc.Marks = append(doc.Marks, markOf(e, x.BeganAt))
		}
	}
	notes, err := s.Store.Notes(r.Context(), x.session.ID)
	if err != nil {
		return doc, err
	}
	for _, n := range notes {
		if n.Attempt == x.Attempt {
			doc.Marks = append(doc.Marks, noteMark(n, x.BeganAt))
		}
	}
	ratings, err := s.Store.Ratings(r.Context(), x.session.ID)
	for _, rating := range ratings[x.trial.ID] {
		doc.Marks = append(doc.Marks, answerMark(x.session.Version.Design, rating, x.BeganAt))
	}
	slices.SortStableFunc(doc.Marks, func(a, b markDoc) int { return int(a.At - b.At) })
	return doc, err
}

// noteMark is what an experimenter noticed.
func noteMark(n study.Note, began time.Time) markDoc {
	m := markDoc{At: max(0, n.At.Sub(began).Milliseconds()), Kind: "note", What: "note of " + n.Name + ": " + n.Text}
	if len(n.Tags) > 0 {
		m.What += " (" + strings.Join(n.Tags, ", ") + ")"
	}
	return m
}

// answerMark returns one mark with all answers to an instrument.
func answerMark(d study.Design, r study.Rating, began time.Time) markDoc {
	m := markDoc{At: r.At.Sub(began).Milliseconds(), Kind: "answer"}
	for _, v := range answersView(d, []study.Rating{r}) {
		var said []string
		for _, a := range v.Answers {
			said = append(said, a.Item+": "+a.Value)
		}
		m.What = v.Instrument + " (" + strings.Join(said, "; ") + ")"
	}
	return m
}

func interactionOf(i study.Interaction, began time.Time) interactionDoc {
	doc := interactionDoc{At: i.At.Sub(began).Milliseconds(), Kind: i.Kind}
	if !i.Answered() {
		return doc
	}
	ms, band := i.Drawn.Milliseconds(), 0
	for n, b := range stat.Bands() {
		if i.Drawn >= b.From {
			band = n
		}
	}
	doc.Response, doc.Band = &ms, &band
	return doc
}

// pauses are the kinds of events that begin a time in which the participant could not go on.
var pauses = []study.EventKind{study.MachinePaused, study.MachineWaited, study.ScreenLost, study.PageHidden}

func markOf(e study.Event, began time.Time) markDoc {
	m := markDoc{At: e.At.Sub(began).Milliseconds(), Kind: "event", What: eventNames[e.Kind]}
	if slices.Contains(pauses, e.Kind) {
		m.Kind = "pause"
	}
	if e.Detail != "" {
		m.What += ": " + e.Detail
	}
	return m
}

// ReplayData answers with the pictures. Browsers ask for the ranges of bytes that they need.
func (s *Server) ReplayData(w http.ResponseWriter, r *http.Request) error {
	x, err := s.kept(r)
	if err != nil {
		return err
	}
	_, data, _, err := s.Recordings.OpenReplay(x.Attempt)
	if err != nil {
		return err
	}
	if data == nil {
		return study.Refuse(study.ErrConflict, "the replay is still being made")
	}
	defer data.Close()
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, data)
	return nil
}
