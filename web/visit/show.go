package visit

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/questions"
	"vmstudy/web/view"
)

// ShowVisit answers with the page of the participant's present step, which becomes the session's
// newest page. If that step is the end, it is recorded.
func (s *Server) ShowVisit(w http.ResponseWriter, r *http.Request, v study.Session) error {
	var err error
	if v.Seat, err = s.store.TakeSeat(r.Context(), v.ID, s.Now()); err != nil {
		return err
	}
	if step := v.Step(); step.Kind == study.StepEnd && v.EndedAt.IsZero() {
		if err := s.store.RecordVisit(r.Context(), v.ID, step, s.Now()); err != nil {
			return err
		}
	}
	s.admit(w, v)
	s.remember(w, r, v)
	return s.renderStep(w, r, http.StatusOK, v, reply{checked: r.URL.Query().Has(checkedParam)})
}

// reply is what a step's page says about a form that was not accepted.
type reply struct {
	say    string        // a sentence for the top of the page
	rest   time.Duration // how long a pause goes on at least
	opens  string        // from when the next visit can begin; empty if it can
	offer  *view.Welcome // the appointment for the next visit, and the times for one; nil in a preview
	waits  string        // why the next visit cannot begin without or before an appointment, or may come to need one; empty if it can begin
	link   string        // the participant's personal link, for who has to come back with it; empty in a preview
	filled questions.Filled

	completion string // where the participant goes at the end; empty for nowhere

	checked bool // the computer has been looked at, if it has to be

	preview string // the path under which the forms of a preview are; empty for the visit of a participant
}

// images is the path under which the reader gets images.
func (re reply) images(v study.Session) string {
	if re.preview != "" {
		return "/lab/images"
	}
	return imagesPath(v)
}

// renderStep answers with the page of the step at which v stands.
func (s *Server) renderStep(w http.ResponseWriter, r *http.Request, code int, v study.Session, re reply) error {
	catalogue.Speak(r.Context(), v.Speaks())
	re.rest = v.Rests(s.Now())
	if v.Step().Kind == study.StepReturn && re.preview == "" {
		if err := s.offerNext(r, v, &re); err != nil {
			return err
		}
	}
	if v.Step().Kind == study.StepReturn && re.rest > 0 {
		back := v.RestsUntil().In(s.Now().Location())
		re.link = s.Public.Origin(r) + page.LinkPath(v.Participant.Link)
		re.opens = fmt.Sprintf("%s (%s)", catalogue.From(r.Context()).Opens(back), page.ZoneInWords(back))
	}
	if v.Step().Kind == study.StepEnd {
		var err error
		if re.completion, err = s.completion(r, v); err != nil {
			return err
		}
	}
	if s.mustLook(v, re) {
		return s.showPreflight(w, r, code, v, re)
	}
	title, c, err := stepPage(catalogue.From(r.Context()), spoken(v), re)
	if err != nil {
		return err
	}
	p := s.VisitPage(title)
	p.Session, p.Languages = int64(v.ID), languageForms(v)
	p.Copy = consentPath(v)
	p.Stop, p.Over = stopPath(v.ID), v.Step().Kind == study.StepEnd || v.Step().Kind == study.StepTurnedAway
	if v.Step().Kind != study.StepDesktop {
		p.Step, p.Scripts = stepName(v), []string{"visit/unsent.js", "visit/points.js", "visit/questions.js", "visit/rest.js"}
	}
	switch v.Step().Kind {
	case study.StepConsent:
		p.Scripts = append(p.Scripts, "visit/consent.js")
	case study.StepReturn:
		p.Scripts = append(p.Scripts, "own_time.js")
	}
	return s.Render(w, r, code, c(p))
}

// offerNext says on the page between two visits what the participant has booked for the next one, and what they may book. Where nothing is to be said of
// appointments, the page is as it is without them.
func (s *Server) offerNext(r *http.Request, v study.Session, re *reply) error {
	b, err := s.bookingOf(r, v.Participant)
	if err != nil {
		return err
	}
	t := catalogue.From(r.Context())
	if why := b.waits(t, s.Now()); why != nil {
		re.waits, re.link = t.Refusal(why), s.Public.Origin(r)+page.LinkPath(v.Participant.Link)
	} else {
		re.waits = b.later(t, s.Now())
	}
	m := s.welcomeView(t, b)
	m.NotYet, m.Say = "", ""
	if m.Mail, err = s.mailForm(r, b); err == nil && (m.Appointment != nil || m.Cancelled != "" || len(m.Days) > 0 || m.Mail.Has) {
		re.offer = &m
	}
	return err
}

// spoken returns v with the texts of its study in the language that the participant reads.
func spoken(v study.Session) study.Session {
	v.Version.Design = v.Version.Design.Speaking(v.Speaks())
	v.Trials = slices.Clone(v.Trials)
	for i := range v.Trials {
		task := &v.Trials[i].Condition.Task
		task.Title, task.Instruction = study.Plain(task.Title.In(v.Speaks())), study.Plain(task.Instruction.In(v.Speaks()))
		levels := slices.Clone(v.Trials[i].Condition.Levels)
		for j := range levels {
			levels[j].Shown = study.Plain(levels[j].Shown.In(v.Speaks()))
		}
		v.Trials[i].Condition.Levels = levels
	}
	return v
}

// stepPage returns the title of the page of v's step, and the function that makes the page.
func stepPage(t catalogue.Tongue, v study.Session, re reply) (string, func(view.Page) templ.Component, error) {
	now, step := stepView(t, v, re), v.Step()
	d := v.Design()
	switch step.Kind {
	case study.StepConsent:
		m := view.Consent{Study: d.Title.String(), Text: page.ProseOf(d, d.Consent.String(), re.images(v)), Version: v.Version.Number, Hash: shortHash(v.Version.Hash)}
		m.Shown = consentShown(v)
		m.RecordAsked, m.RecordAlways, m.RecordKeys = d.Record == study.RecordAsk, d.Record == study.RecordAll, d.RecordKeys
		if re.preview == "" {
			m.Session, m.Looks, m.Prints = int64(v.ID), !d.Preflight.Check, prints()
		}
		return d.Title.String(), func(p view.Page) templ.Component { return view.ConsentPage(p, now, m) }, nil
	case study.StepScreening, study.StepAbout, study.StepOpening, study.StepRate, study.StepClosing:
		m, err := questionsView(t, v, step, re)
		return m.Title, func(p view.Page) templ.Component { return view.QuestionsPage(p, now, m) }, err
	case study.StepPause:
		m := view.Pause{Least: re.rest.Milliseconds()}
		if d.PauseLeast > 0 {
			m.Takes = t.Takes(d.PauseLeast)
		}
		return t.Say("A short rest"), func(p view.Page) templ.Component { return view.PausePage(p, now, m) }, nil
	case study.StepReturn:
		m := view.Return{Opens: re.opens, Link: re.link, Waits: re.waits, Offer: re.offer}
		return m.Title(t), func(p view.Page) templ.Component { return view.ReturnPage(p, now, m) }, nil
	case study.StepTurnedAway:
		m := view.Thanks{Study: d.Title.String(), Text: page.ProseOf(d, d.TurnedAway.String(), re.images(v))}
		return t.Say("Thank you"), func(p view.Page) templ.Component { return view.TurnedAwayPage(p, m) }, nil
	case study.StepBrief:
		m := briefView(t, v, step, re)
		return m.Title, func(p view.Page) templ.Component { return view.BriefPage(p, now, m) }, nil
	case study.StepDesktop:
		return deskPage(v, v.Trials[step.Trial])
	case study.StepEnd:
		m := view.Thanks{Study: d.Title.String(), Text: page.ProseOf(d, d.Thanks.String(), re.images(v)), Ended: now.Ended, Completion: re.completion}
		return t.Say("Thank you"), func(p view.Page) templ.Component { return view.ThanksPage(p, m) }, nil
	}
	return "", nil, fmt.Errorf("no page for step %q of session %d", step.Kind, v.ID)
}

// stepView returns what the pages of all steps show.
func stepView(t catalogue.Tongue, v study.Session, re reply) view.Step {
	at := stepKey(v)
	now := view.Step{Visit: cmp.Or(re.preview, page.VisitPath(v.ID)), Trial: int64(at.trial), Attempt: int64(at.attempt), Instrument: at.instrument, Say: re.say}
	now.Done, now.Total = v.Progress()
	now.Ended = endedBefore(t, v)
	if at.trial != 0 {
		now.Place = page.TrialWords(t, v, v.Trials[v.Step().Trial])
	}
	return now
}

// endedBefore returns a sentence if an experimenter ended the last task, until the next task
// begins; otherwise "".
func endedBefore(t catalogue.Tongue, v study.Session) string {
	step, before := v.Step(), len(v.Trials)-1
	switch step.Kind {
	case study.StepBrief, study.StepPause, study.StepReturn:
		if len(v.Trials[step.Trial].Attempts) > 0 {
			return ""
		}
		before = step.Trial - 1
	case study.StepEnd:
	default:
		return ""
	}
	if before < 0 || v.Trials[before].Last().Outcome != study.EndedByExperimenter {
		return ""
	}
	return t.Say(endings[study.EndedByExperimenter]) + " " + t.Say("There is nothing to rate.")
}

func briefView(say catalogue.Tongue, v study.Session, step study.Step, re reply) view.Brief {
	t := v.Trials[step.Trial]
	cause := ""
	if len(t.Attempts) > 0 {
		cause = causeFor(say, t.Last())
	}
	return view.Brief{
		Shown: shownBefore(v, t),
		Title: t.Condition.Task.Title.String(), Instruction: page.ProseOf(v.Version.Design, t.Condition.Task.Instruction.String(), re.images(v)),
		Limit: say.Takes(v.Version.Design.TrialLimit), Practice: t.Practice(), Again: len(t.Attempts) > 0, Cause: cause,
	}
}

// shownBefore returns what the levels of the study's own factors say before a trial, as paragraphs.
func shownBefore(v study.Session, t study.Trial) (all []string) {
	for _, l := range t.Condition.Levels {
		if !l.Shown.Empty() {
			all = append(all, page.Paragraphs(l.Shown.In(v.Speaks()))...)
		}
	}
	return all
}

const hashShown = 12 // digits: enough to distinguish versions

func shortHash(h string) string { return h[:min(hashShown, len(h))] }
