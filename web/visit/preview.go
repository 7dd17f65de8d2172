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
// is stored: each page is made anew from where it stands, and its forms lead on to the next one. Where there can be no desktop, a page in its place
// says why; see preview_desktop.go. It is here and not among the pages of experimenters, because it shows the same pages as a visit.

// previewed says where a preview stands.
type previewed struct {
	group    int // among those of the study, counted from 0
	sequence int // counted from 0
	language study.Language
	at       int  // how many steps have been passed
	away     bool // the page of those whom the screening turns away, which lies beside the steps
}

// path is the address of a preview, and the beginning of those of its forms: it ends as in 0.1.de.12.
func (p previewed) path(id study.StudyID) string {
	path := fmt.Sprintf("/lab/studies/%d/preview/%d.%d.%s.%d", id, p.group, p.sequence, p.language, p.at)
	if p.away {
		path += ".away"
	}
	return path
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
	p.away = parts[4] == "away" && len(d.TurnAway) > 0
	return p
}

// looks reports whether the page is the look at the computer, which comes before all steps if the study has it.
func (p previewed) looks(d study.Design) bool { return d.Preflight.Check && p.at == 0 && !p.away }

// passed returns how many steps of the session have been passed.
func (p previewed) passed(d study.Design) int {
	if d.Preflight.Check {
		return max(0, p.at-1)
	}
	return p.at
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
	then, before := time.Unix(1, 0), p.at-p.passed(d)
	v := study.Session{
		Study: id, Version: study.Version{Study: id, Design: d, Number: 1}, Language: p.language, Participant: p.guestOf(d),
	}
	if p.away {
		v.ConsentedAt, v.ScreenedAt, v.Rated, v.TurnedAway = then, then, d.Screening, true
		return v, p.at
	}
	known, err := d.GroupsFor(study.Newcomer{Code: v.Participant.Code, Put: v.Participant.Put, Screened: true})
	asked := err == nil && len(known) == 0 && d.About != "" && !d.DecidedByScreening() // whom the questions about the person put into a group
	for n := range p.passed(d) {
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
			layOut(&v, v.NextPair(nil)) // a search goes on, as if the pair had told nothing
		case study.StepClosing:
			v.Rated = append(v.Rated, step.Instrument)
		case study.StepEnd:
			return v, n + before
		}
	}
	return v, p.at
}

// assign gives v the place that is previewed, and lays out its trials.
func (p previewed) assign(v *study.Session, at time.Time) {
	group := p.groupOf(v.Version.Design)
	v.Assignment = study.Assignment{Place: study.Place{Group: group, Sequence: p.sequence}, TakenAt: at}
	layOut(v, v.Version.Design.For(group).Laid(p.sequence))
}

// layOut adds trials to a session that is previewed.
func layOut(v *study.Session, trials []study.Trial) {
	for _, t := range trials {
		t.ID = study.TrialID(t.Position + 1)
		v.Trials = append(v.Trials, t)
	}
}

// ShowPreview shows an experimenter a page of the draft.
func (s *Server) ShowPreview(w http.ResponseWriter, r *http.Request) error {
	st, p, v, err := s.previewed(r)
	if err != nil {
		return err
	}
	catalogue.Speak(r.Context(), v.Speaks())
	title, c, err := s.previewPage(r, st, p, v)
	if err != nil {
		return err
	}
	shown := s.VisitPage(title)
	shown.Visits, shown.Preview = "", s.previewBar(st, p, v)
	shown.Scripts, shown.Languages = []string{"visit/points.js", "visit/questions.js"}, previewLanguages(st, p)
	return s.Render(w, r, http.StatusOK, c(shown))
}

// previewed returns the study in the path, where its preview stands, and the session that stands there.
func (s *Server) previewed(r *http.Request) (study.Study, previewed, study.Session, error) {
	st, err := s.draft(r)
	if err != nil {
		return st, previewed{}, study.Session{}, err
	}
	p := previewOf(st.Draft, chi.URLParam(r, "place"))
	v, at := p.visitOf(st.ID, st.Draft)
	p.at = at
	return st, p, v, nil
}

// previewPage returns the title of the page, and the function that makes it.
func (s *Server) previewPage(r *http.Request, st study.Study, p previewed, v study.Session) (string, func(view.Page) templ.Component, error) {
	t, said, re := catalogue.From(r.Context()), spoken(v), reply{preview: p.path(st.ID)}
	step := v.Step()
	switch {
	case p.looks(st.Draft):
		m := view.Preflight{Study: said.Version.Design.Title.String(), Layouts: layoutChoices(t), Lacks: everythingLacking(t, st.Draft.Preflight)}
		now := stepView(t, said, re)
		return t.Say("A look at your computer"), func(p view.Page) templ.Component { return view.PreflightPage(p, now, m) }, nil
	case step.Kind == study.StepDesktop:
		return s.previewDesktop(r, st, said, re)
	}
	return stepPage(t, said, re)
}

// everythingLacking returns what somebody reads whose computer has nothing of what a study asks for.
func everythingLacking(t catalogue.Tongue, p study.Preflight) (all []string) {
	poor := study.Found{Browser: "x", Lacks: []string{"WebSocket"}, Pointer: study.NoPointer, Window: study.Size{W: 1, H: 1}, RTT: time.Hour, Down: 1, Up: 1}
	for _, l := range p.Judge(poor) {
		all = append(all, shortfallWords(t, l, p, poor))
	}
	return all
}

// PassPreview leads on from a form of a preview. What the form says is not looked at.
func (s *Server) PassPreview(w http.ResponseWriter, r *http.Request) error {
	st, err := s.draft(r)
	if err != nil {
		return err
	}
	p := previewOf(st.Draft, chi.URLParam(r, "place"))
	p.at, p.away = p.at+1, false
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
	switch kind := v.Step().Kind; {
	case p.away:
		bar.Back = to(func(q *previewed) { q.away = false })
	case kind != study.StepEnd:
		bar.Next = to(func(q *previewed) { q.at++ })
	}
	if p.at > 0 && !p.away {
		bar.Back = to(func(q *previewed) { q.at-- })
	}
	if v.Step().Kind == study.StepScreening && len(st.Draft.TurnAway) > 0 {
		bar.Away = to(func(q *previewed) { q.away = true })
	}
	for i, g := range st.Draft.Groups {
		bar.Groups = append(bar.Groups, view.PreviewLink{Label: g.Name, Here: i == p.group, To: to(func(q *previewed) { q.group, q.sequence, q.at, q.away = i, 0, 0, false })})
	}
	bar.Sequence, bar.Sequences = p.sequence+1, st.Draft.For(p.groupOf(st.Draft)).Sequences()
	bar.Another = to(func(q *previewed) { q.sequence, q.at, q.away = (q.sequence+1)%max(1, bar.Sequences), 0, false })
	if len(st.Draft.Groups) > 0 && !v.Assignment.Taken() {
		group := st.Draft.Groups[p.group]
		if bar.Undecided = st.Draft.CertainGroup(v.Participant.Code, v.Participant.Put) == ""; bar.Undecided {
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
