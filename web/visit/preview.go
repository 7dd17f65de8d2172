package visit

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// A preview shows an experimenter the pages of a draft as a participant meets them, one after the other, in any group, sequence and language. Nothing
// is stored: each page is made anew from where it stands, and its forms lead on to the next one. In place of a desktop it has a page that says
// so. It is here and not among the pages of experimenters, because it shows the same pages as a visit.

// previewed says where a preview stands.
type previewed struct {
	group    int // among those of the study, counted from 0
	sequence int // counted from 0
	language study.Language
	at       int // how many steps have been passed
}

// path is the address of a preview, and the beginning of those of its forms: it ends as in 0.1.de.12.
func (p previewed) path(id study.StudyID) string {
	return fmt.Sprintf("/lab/studies/%d/preview/%d.%d.%s.%d", id, p.group, p.sequence, p.language, p.at)
}

// previewOf reads where a preview of d stands from the end of its address. What d does not have is its first one.
func previewOf(d study.Design, place string) (p previewed) {
	parts := append(strings.Split(place, "."), "", "", "", "")
	number := func(i, under int) int {
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 || n >= under {
			return 0
		}
		return n
	}
	p.group = number(0, len(d.Groups))
	p.sequence = number(1, d.For(p.groupOf(d)).Sequences())
	if p.language = study.Language(parts[2]); !d.Speaks(p.language) {
		p.language = d.Written()
	}
	p.at = number(3, mostSteps)
	return p
}

// groupOf returns the name of the group; empty in a study without groups.
func (p previewed) groupOf(d study.Design) string {
	if len(d.Groups) == 0 {
		return ""
	}
	return d.Groups[p.group].Name
}

// mostSteps is more than any session has.
const mostSteps = 5000

// guestOf returns somebody of the group who can be previewed: by the code that the group names, or as one whom an experimenter has put
// there. Nobody is certain of a group that chance or an answer decides on.
func (p previewed) guestOf(d study.Design) (who study.Participant) {
	if len(d.Groups) > 0 {
		g := d.Groups[p.group]
		if len(g.Codes) > 0 {
			who.Code = g.Codes[0]
		}
		if g.ByHand {
			who.Put = g.Name
		}
	}
	return who
}

// visitOf returns a session of d that stands where p says, or at its last step, and how many steps have been passed there. As in
// a visit, there is neither a group nor a trial before consent, nor before the questions that decide on the group.
func (p previewed) visitOf(id study.StudyID, d study.Design) (study.Session, int) {
	then := time.Unix(1, 0)
	v := study.Session{
		Study: id, Version: study.Version{Study: id, Design: d, Number: 1}, Language: p.language, Participant: p.guestOf(d),
	}
	known, err := d.GroupsFor(study.Newcomer{Code: v.Participant.Code, Put: v.Participant.Put, Screened: true})
	asked := err == nil && len(known) == 0 && d.About != "" && !d.DecidedByScreening() // whom the questions about the person put into a group
	for n := range p.at {
		step := v.Step()
		switch step.Kind {
		case study.StepConsent:
			v.ConsentedAt = then
			if !asked && len(d.Screening) == 0 {
				p.assign(&v, then)
			}
		case study.StepScreening:
			v.Rated = append(v.Rated, step.Instrument)
			if len(v.Rated) == len(d.Screening) {
				v.ScreenedAt = then
				if !asked {
					p.assign(&v, then)
				}
			}
		case study.StepAbout:
			v.AboutAt = then
			if asked {
				p.assign(&v, then)
			}
		case study.StepOpening:
			v.Rated = append(v.Rated, step.Instrument)
		case study.StepPause, study.StepReturn:
			v.Trials[step.Trial].ReadyAt = then
		case study.StepBrief:
			v.Trials[step.Trial].Attempts = []study.Attempt{{ID: 1, State: study.Running}}
		case study.StepDesktop:
			v.Trials[step.Trial].Attempts[0] = study.Attempt{ID: 1, State: study.Finished, Outcome: study.Completed}
		case study.StepRate:
			v.Trials[step.Trial].Rated = append(v.Trials[step.Trial].Rated, step.Instrument)
		case study.StepClosing:
			v.Rated = append(v.Rated, step.Instrument)
		case study.StepEnd:
			return v, n
		}
	}
	return v, p.at
}

// assign gives v the place that is previewed, and lays out its trials.
func (p previewed) assign(v *study.Session, at time.Time) {
	group := p.groupOf(v.Version.Design)
	v.Assignment = study.Assignment{Place: study.Place{Group: group, Sequence: p.sequence}, TakenAt: at}
	d := v.Version.Design.For(group)
	if c, ok := d.PracticeCondition(); ok {
		v.Trials = append(v.Trials, study.Trial{ID: 1, Condition: c})
	}
	for i, c := range d.Plan(p.sequence) {
		v.Trials = append(v.Trials, study.Trial{ID: study.TrialID(i + 2), Position: i + 1, Condition: c})
	}
}

// ShowPreview shows an experimenter a page of the draft.
func (s *Server) ShowPreview(w http.ResponseWriter, r *http.Request) error {
	st, err := s.draft(r)
	if err != nil {
		return err
	}
	p := previewOf(st.Draft, chi.URLParam(r, "place"))
	v, at := p.visitOf(st.ID, st.Draft)
	p.at = at
	catalogue.Speak(r.Context(), v.Speaks())
	title, c, err := previewStep(catalogue.From(r.Context()), spoken(v), reply{preview: p.path(st.ID)})
	if err != nil {
		return err
	}
	shown := s.VisitPage(title)
	shown.Visits, shown.Preview = "", s.previewBar(st, p, v)
	shown.Scripts, shown.Languages = []string{"visit/points.js", "visit/questions.js"}, previewLanguages(st, p)
	return s.Render(w, r, http.StatusOK, c(shown))
}

// previewStep returns the page of the step at which v stands: for a desktop, a page in its place.
func previewStep(t catalogue.Tongue, v study.Session, re reply) (string, func(view.Page) templ.Component, error) {
	if step := v.Step(); step.Kind == study.StepDesktop {
		now := stepView(t, v, re)
		m := briefView(t, v, step, re)
		return m.Title, func(p view.Page) templ.Component { return view.NoDesktopPage(p, now, m) }, nil
	}
	return stepPage(t, v, re)
}

// PassPreview leads on from a form of a preview. What the form says is not looked at.
func (s *Server) PassPreview(w http.ResponseWriter, r *http.Request) error {
	st, err := s.draft(r)
	if err != nil {
		return err
	}
	p := previewOf(st.Draft, chi.URLParam(r, "place"))
	p.at++
	return page.Redirect(w, r, p.path(st.ID))
}

// draft returns the study in the path, with its draft as it would be published, if that can be previewed.
func (s *Server) draft(r *http.Request) (study.Study, error) {
	id, err := page.ID[study.StudyID](r, "study")
	if err != nil {
		return study.Study{}, err
	}
	st, err := s.store.Study(r.Context(), id)
	if err != nil {
		return st, err
	}
	if st.Draft, err = s.frozen(r.Context(), st.Draft); err != nil {
		return st, err
	}
	return st, st.Draft.Validate()
}

// previewBar says where a preview stands, and leads elsewhere.
func (s *Server) previewBar(st study.Study, p previewed, v study.Session) *view.PreviewBar {
	bar := &view.PreviewBar{Leave: fmt.Sprintf("/lab/studies/%d/design", st.ID), Step: p.at + 1}
	to := func(change func(*previewed)) string {
		q := p
		change(&q)
		return q.path(st.ID)
	}
	if p.at > 0 {
		bar.Back = to(func(q *previewed) { q.at-- })
	}
	if v.Step().Kind != study.StepEnd {
		bar.Next = to(func(q *previewed) { q.at++ })
	}
	for i, g := range st.Draft.Groups {
		bar.Groups = append(bar.Groups, view.PreviewLink{Label: g.Name, Here: i == p.group, To: to(func(q *previewed) { q.group, q.sequence, q.at = i, 0, 0 })})
	}
	bar.Sequence, bar.Sequences = p.sequence+1, st.Draft.For(p.groupOf(st.Draft)).Sequences()
	bar.Another = to(func(q *previewed) { q.sequence, q.at = (q.sequence+1)%max(1, bar.Sequences), 0 })
	if len(st.Draft.Groups) > 0 && !v.Assignment.Taken() {
		group := st.Draft.Groups[p.group]
		certain, err := st.Draft.GroupsFor(study.Newcomer{Code: v.Participant.Code, Put: v.Participant.Put, Screened: true})
		if bar.Undecided = err != nil || len(certain) != 1; bar.Undecided {
			bar.Unread = !group.Consent.Empty()
		}
	}
	if step := v.Step(); step.Kind.AboutTrial() {
		bar.Condition = v.Trials[step.Trial].Condition.Code()
	}
	return bar
}

// previewLanguages are the links that show the same page in another language.
func previewLanguages(st study.Study, p previewed) (all []view.Language) {
	for _, l := range st.Draft.Spoken() {
		q := p
		q.language = l
		all = append(all, languageView(l, p.language, q.path(st.ID)))
	}
	return all
}
