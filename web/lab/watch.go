package lab

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// The longest note and the longest reason, in characters.
const (
	noteLimit   = 300
	reasonLimit = 200
)

// extensions are the minutes by which a task can be extended at once.
var extensions = []int{1, 2, 5, 10, 15}

// ShowWatch shows the desktop of one session at full size, and the actions that an experimenter can
// take.
func (s *Server) ShowWatch(w http.ResponseWriter, r *http.Request) error {
	v, err := s.watchView(r)
	if err != nil {
		return err
	}
	return s.renderWatch(w, r, http.StatusOK, v)
}

func (s *Server) renderWatch(w http.ResponseWriter, r *http.Request, code int, v view.Watch) error {
	p := s.LabPage(r, "Watching "+v.Card.Code)
	p.Styles, p.Scripts = []string{"monitor.css"}, []string{"live.js", "watch.js"}
	return s.Render(w, r, code, view.WatchPage(p, v))
}

// ShowLiveCard answers with the part of that page that changes.
func (s *Server) ShowLiveCard(w http.ResponseWriter, r *http.Request) error {
	v, err := s.watchView(r)
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, view.WatchFacts(v))
}

func (s *Server) watchView(r *http.Request) (view.Watch, error) {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return view.Watch{}, err
	}
	x, err := s.Store.Session(r.Context(), id)
	if err != nil {
		return view.Watch{}, err
	}
	v := view.Watch{Over: !x.EndedAt.IsZero(), Extensions: extensions, NoteLimit: noteLimit, ReasonLimit: reasonLimit}
	for _, n := range session.HostLinks {
		v.Links = append(v.Links, view.HostLink{Value: n.Name, Says: fmt.Sprintf("%g Mbps, %v", float64(n.Network.Down)/float64(study.Mbps), n.Network.RTT)})
	}
	v.Now, v.Attempt = s.Now().UnixMilli(), int64(attemptAt(x))
	v.Noted.Moment, v.Noted.Attempt = strconv.FormatInt(v.Now, 10), strconv.FormatInt(v.Attempt, 10)
	if atDesktop(x) {
		if v.Card, err = s.cardView(r.Context(), x); err != nil {
			return v, err
		}
		v.There = true
	} else {
		o := s.otherView(x, x.Version.Design.Name())
		v.Card = view.LiveCard{Session: o.Session, Code: o.Code, Pilot: o.Pilot, Study: o.Study, State: o.Where}
	}
	events, err := s.Store.Events(r.Context(), id)
	if err != nil {
		return v, err
	}
	acts := slices.DeleteFunc(events, func(e study.Event) bool { return e.By == 0 && e.Kind != study.NoteShown })
	slices.Reverse(acts)
	v.Acts = s.eventsView(acts, x.StartedAt)
	notes, err := s.Store.Notes(r.Context(), id)
	if err != nil {
		return v, err
	}
	v.Notes, v.Noted.Limit = s.notesView(r.Context(), x, notes, nil), study.NoteLimit
	return v, nil
}

// attemptAt returns the attempt that a session is at; 0 if it is at no desktop.
func attemptAt(x study.Session) study.AttemptID {
	if step := x.Step(); step.Kind == study.StepDesktop {
		return x.Trials[step.Trial].Last().ID
	}
	return 0
}

// act does what an experimenter asks for in a session, and then records who did it and why.
func (s *Server) act(w http.ResponseWriter, r *http.Request, kind study.EventKind, detail string, do func(study.SessionID) error) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	x, err := s.Store.Session(r.Context(), id)
	if err != nil {
		return err
	}
	e := study.Event{Session: id, Attempt: attemptAt(x), Kind: kind, Detail: detail, By: page.Who(r.Context()).ID}
	if err := do(id); err != nil {
		return s.sayOnWatch(w, r, err)
	}
	e.At = s.Now()
	// What was done is on record even if the experimenter has left the page meanwhile.
	if err := s.Store.RecordEvent(context.WithoutCancel(r.Context()), e); err != nil {
		return fmt.Errorf("%s in session %d was done and not recorded: %w", kind, id, err)
	}
	return page.Redirect(w, r, fmt.Sprintf("/lab/sessions/%d/watch", id))
}

// sayOnWatch shows the page again, with the sentence of err and with what was typed. If err has no
// sentence, it returns err.
func (s *Server) sayOnWatch(w http.ResponseWriter, r *http.Request, err error) error {
	say := study.Sentence(err)
	if say == "" {
		return err
	}
	v, viewErr := s.watchView(r)
	if viewErr != nil {
		return viewErr
	}
	code, _ := page.Explain(err)
	v.Say, v.Typed = page.Sentence(say), view.WatchForm{
		Act: r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], Text: r.PostForm.Get("text"), Reason: r.PostForm.Get("reason"), Minutes: r.PostForm.Get("minutes"), Link: r.PostForm.Get("link"),
	}
	return s.renderWatch(w, r, code, v)
}

// words reads a required text of at most limit characters.
func words(r *http.Request, field, what string, limit int) (string, error) {
	in, err := page.Form(r)
	if err != nil {
		return "", err
	}
	return wordsIn(in, field, what, limit)
}

// wordsIn reads a text from the fields of a form.
func wordsIn(in url.Values, field, what string, limit int) (string, error) {
	text := strings.TrimSpace(in.Get(field))
	switch {
	case text == "":
		return "", study.Refuse(study.ErrInvalid, "%s is needed.", what)
	case utf8.RuneCountInString(text) > limit || !page.Storable(text):
		return "", study.Refuse(study.ErrInvalid, "%s may have up to %d characters.", what, limit)
	}
	return text, nil
}

// SendNote shows a note to the participant.
func (s *Server) SendNote(w http.ResponseWriter, r *http.Request) error {
	text, err := words(r, "text", "A note", noteLimit)
	if err != nil {
		return s.sayOnWatch(w, r, err)
	}
	return s.act(w, r, study.NoteSent, text, func(id study.SessionID) error {
		if !s.Desks.Note(id, text) {
			return study.Refuse(study.ErrConflict, "The participant has no desktop open at the moment, so there is nowhere to show a note.")
		}
		return nil
	})
}

// ExtendTask gives the running task more time.
func (s *Server) ExtendTask(w http.ResponseWriter, r *http.Request) error {
	why, err := words(r, "reason", "A reason", reasonLimit)
	if err != nil {
		return s.sayOnWatch(w, r, err)
	}
	minutes, err := strconv.Atoi(r.PostForm.Get("minutes"))
	if err != nil || !slices.Contains(extensions, minutes) {
		return s.sayOnWatch(w, r, study.Refuse(study.ErrInvalid, "Choose by how many minutes."))
	}
	detail := fmt.Sprintf("%d min: %s", minutes, why)
	return s.act(w, r, study.Extended, detail, func(id study.SessionID) error {
		return s.Conduct.Extend(r.Context(), id, time.Duration(minutes)*time.Minute)
	})
}

// MoveMachine lets the machine go on at another host.
func (s *Server) MoveMachine(w http.ResponseWriter, r *http.Request) error {
	why, err := words(r, "reason", "A reason", reasonLimit)
	if err != nil {
		return s.sayOnWatch(w, r, err)
	}
	over := slices.IndexFunc(session.HostLinks, func(n study.NamedNetwork) bool { return n.Name == r.PostForm.Get("link") })
	if over < 0 {
		return s.sayOnWatch(w, r, study.Refuse(study.ErrInvalid, "Choose the network between the hosts."))
	}
	link := session.HostLinks[over]
	return s.act(w, r, study.MovedBy, fmt.Sprintf("over %s: %s", link.Name, why), func(id study.SessionID) error {
		return s.Conduct.Move(r.Context(), id, link.Network)
	})
}

// EndTask ends the attempt in flight.
func (s *Server) EndTask(w http.ResponseWriter, r *http.Request) error {
	why, err := words(r, "reason", "A reason", reasonLimit)
	if err != nil {
		return s.sayOnWatch(w, r, err)
	}
	return s.act(w, r, study.EndedBy, why, func(id study.SessionID) error {
		return s.Conduct.End(r.Context(), id, why)
	})
}
