package visit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
)

// visitStep identifies a step of a session.
type visitStep struct {
	kind       study.StepKind
	trial      study.TrialID   // 0 if the step is not about a trial
	attempt    study.AttemptID // the newest at the trial; 0 if there is none
	instrument string          // empty if the step asks nothing
}

// stepKey returns the step at which v stands.
func stepKey(v study.Session) visitStep {
	step := v.Step()
	key := visitStep{kind: step.Kind, instrument: step.Instrument}
	if step.Kind.AboutTrial() {
		t := v.Trials[step.Trial]
		key.trial, key.attempt = t.ID, t.Last().ID
	}
	return key
}

// of reports whether the hidden fields of a form name this step.
func (at visitStep) of(trial study.TrialID, in url.Values) bool {
	return trial == at.trial && in.Get("attempt") == number64(at.attempt) && in.Get("instrument") == at.instrument
}

// number64 writes an id as forms do: the empty text for 0.
func number64[ID ~int64](id ID) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}

// stepName returns a name for the step at which v stands. No other step of any visit has the same
// one. The browser stores unsent forms under it.
func stepName(v study.Session) string {
	at := stepKey(v)
	return fmt.Sprintf("%d/%s/%d/%d/%s", v.ID, at.kind, at.trial, at.attempt, at.instrument)
}

// A taker handles the form of the step at which v stands. If it returns an error, the page of the
// step is shown again with the reply.
type taker func(r *http.Request, v study.Session, in url.Values) (reply, error)

// Submission makes an HTTP handler of take, for forms of the given kinds of steps. A form whose
// step has been passed changes nothing: it may come from a second press of a button, or from an
// older tab. If take returns an error, the page comes again with the reason and with everything in
// the form. Afterwards everything that was sent is on record, or the participant is told that it is
// not.
func (s *Server) Submission(take taker, kinds ...study.StepKind) http.HandlerFunc {
	return s.Visit(func(w http.ResponseWriter, r *http.Request, v study.Session) error {
		in, err := page.Form(r)
		if err != nil {
			return err
		}
		trial, err := trialOf(v, in.Get("trial"))
		if err != nil {
			return err
		}
		f := submitted{v, kinds, trial, in}
		now := stepKey(v)
		if !now.of(trial, in) || !slices.Contains(kinds, now.kind) {
			return s.goOn(w, r, f)
		}
		re, err := take(r, v, in)
		if err == nil {
			return s.goOn(w, r, f)
		}
		code, say := page.ExplainIn(r.Context(), err)
		if !slices.Contains(saidOnPage, code) {
			return err
		}
		if re.say == "" {
			re.say = say
		}
		return s.renderStep(w, r, code, v, re)
	})
}

// saidOnPage are the statuses after which a participant can do something on the same page.
var saidOnPage = []int{http.StatusConflict, http.StatusUnprocessableEntity, http.StatusServiceUnavailable}

// trialOf reads the id of a trial of v; 0 if text is empty. It returns study.ErrNotFound if v has
// no such trial.
func trialOf(v study.Session, text string) (study.TrialID, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || !slices.ContainsFunc(v.Trials, func(t study.Trial) bool { return t.ID == study.TrialID(id) }) {
		return 0, fmt.Errorf("trial %q in session %d: %w", text, v.ID, study.ErrNotFound)
	}
	return study.TrialID(id), nil
}

// errOtherConsent is for who read a text that is not theirs any more: the language was changed in another tab, or an experimenter has put them into a
// group meanwhile. Nobody agrees to what they have not read.
var errOtherConsent = study.Refuse(study.ErrConflict, "This text has changed since you opened the page. Please read it once more.")

// consentShown names the text that the page of the consent shows, in the language of v.
func consentShown(v study.Session) string {
	d := v.Design()
	sum := sha256.Sum256([]byte(d.Title.String() + "\x00" + d.Consent.String()))
	return hex.EncodeToString(sum[:8])
}

// Consent records that the participant consents, whether they agree to be recorded, and what the page has found out about
// their computer.
func (s *Server) Consent(r *http.Request, v study.Session, in url.Values) (reply, error) {
	if shown := in.Get("shown"); shown != "" && shown != consentShown(spoken(v)) {
		return reply{checked: true}, errOtherConsent
	}
	agreed := v.Version.Design.Record.Agrees(in.Get("record") == "yes")
	found, err := readFound(in.Get("found"))
	if err != nil {
		return reply{}, err
	}
	if len(v.Version.Design.Preflight.Judge(found)) > 0 {
		return reply{}, errNotLookedAt
	}
	return reply{checked: true}, s.store.RecordConsentWith(r.Context(), v.ID, agreed, found, s.Now())
}

// PassStep records that the participant has passed a pause, or the time between two visits: that needs an appointment where the first visit does.
func (s *Server) PassStep(r *http.Request, v study.Session, _ url.Values) (reply, error) {
	if err := v.MayGoOnAt(s.Now()); err != nil {
		return reply{}, err
	}
	if v.Step().Kind == study.StepReturn {
		b, err := s.bookingOf(r, v.Participant)
		if err == nil {
			err = b.waits(catalogue.From(r.Context()), s.Now())
		}
		if err != nil {
			return reply{}, err
		}
	}
	return reply{}, s.store.RecordVisit(r.Context(), v.ID, v.Step(), s.Now())
}

// StartTrial begins an attempt. If no machine is free, the page says so.
func (s *Server) StartTrial(r *http.Request, v study.Session, _ url.Values) (reply, error) {
	return reply{}, s.conduct.Start(r.Context(), v.ID)
}

// FinishTrial returns a taker that ends the running attempt with outcome o. A desktop that nobody
// has seen yet cannot be finished, and an attempt that has ended by itself keeps its own outcome.
func (s *Server) FinishTrial(o study.Outcome) taker {
	return func(r *http.Request, v study.Session, _ url.Values) (reply, error) {
		if v.Trials[v.Step().Trial].Last().State != study.Running {
			return reply{}, nil
		}
		err := s.conduct.Finish(r.Context(), v.ID, o)
		if errors.Is(err, study.ErrConflict) {
			err = nil
		}
		return reply{}, err
	}
}
