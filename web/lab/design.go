package lab

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// doPublish is the value of the button that saves the design and goes on to publish it.
const doPublish = "publish"

// firstDesign returns the design that the form of a new study shows: the template of that name, or the first one, with
// what is installed and a new seed.
func firstDesign(appliances []Appliance, from string) (name string, d study.Design, err error) {
	seed, err := rand.Int(rand.Reader, big.NewInt(1_000_000)) // short enough to be quoted in a paper
	if err != nil {
		return "", study.Design{}, fmt.Errorf("draw a seed: %w", err)
	}
	all := document.Templates()
	i := max(0, slices.IndexFunc(all, func(t document.Template) bool { return t.Name == from }))
	name, d = all[i].Name, all[i].Design
	d.Seed = seed.Uint64()
	if len(appliances) > 0 {
		d.Appliance = appliances[0].Name
		if t, ok := appliances[0].practice(); ok {
			d.Practice = &t
		}
	}
	return name, d, nil
}

// templateChoices lists the templates, of which one is shown.
func templateChoices(shown string) (all []view.Choice) {
	for _, t := range document.Templates() {
		all = append(all, view.Choice{Value: t.Name, Label: t.Design.Name(), Meaning: t.About, Chosen: t.Name == shown})
	}
	return all
}

// ShowNewDesign shows the form of a new study, filled in with a template.
func (s *Server) ShowNewDesign(w http.ResponseWriter, r *http.Request) error {
	appliances, err := s.Appliances(r.Context())
	if err != nil {
		return err
	}
	from, d, err := firstDesign(appliances, r.URL.Query().Get("from"))
	if err != nil {
		return err
	}
	in := designFields(d)
	f := designView(in, appliances, d.Questionnaires, nil) // a form that nobody has filled in shows no faults
	f.Templates = templateChoices(from)
	bad := checkDesign(d, nil)
	f.Preview = formPreview(d, bad)
	if err := s.addTraces(&f, d, bad); err != nil {
		return err
	}
	f.Action = "/lab/studies/new"
	return s.renderDesign(w, r, http.StatusOK, f)
}

// CreateStudy stores a new draft.
func (s *Server) CreateStudy(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	appliances, err := s.Appliances(r.Context())
	if err != nil {
		return err
	}
	d, f, ok := takeDesign(in, appliances, study.Design{})
	if !ok {
		if err := s.addTraces(&f, d, f.Faults); err != nil {
			return err
		}
		if err := s.keep(r, in, &f); err != nil {
			return err
		}
		f.Action = "/lab/studies/new"
		return s.renderDesign(w, r, formStatus(in), f)
	}
	id, err := s.Store.CreateStudy(r.Context(), page.Who(r.Context()).ID, d, s.Now())
	if err != nil {
		return err
	}
	return page.Redirect(w, r, afterSaving(in, id))
}

// ShowDesign shows the form of a draft.
func (s *Server) ShowDesign(w http.ResponseWriter, r *http.Request) error {
	return s.showDesign(w, r, http.StatusOK, "")
}

// showDesign shows it. say is why an image could not be taken, or "".
func (s *Server) showDesign(w http.ResponseWriter, r *http.Request, code int, say string) error {
	st, appliances, err := s.studyAndAppliances(r)
	if err != nil {
		return err
	}
	in := designFields(st.Draft)
	bad := checkDesign(st.Draft, nil)
	f := designView(in, appliances, st.Draft.Questionnaires, bad)
	f.Preview = formPreview(st.Draft, bad)
	if err := s.addTraces(&f, st.Draft, bad); err != nil {
		return err
	}
	f.Study, f.Action, f.Revision, f.Images = studyView(st), designPath(st.ID), st.Revision, imageRows(st.Draft)
	f.Saved, f.ImageSay, f.Power = r.URL.Query().Has("saved"), say, powerForm(st, nil)
	return s.renderDesign(w, r, code, f)
}

// SaveDesign replaces the draft by what was typed, if nobody else has changed it meanwhile.
func (s *Server) SaveDesign(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	st, appliances, err := s.studyAndAppliances(r)
	if err != nil {
		return err
	}
	d, f, ok := takeDesign(in, appliances, st.Draft)
	if !ok {
		if err := s.addTraces(&f, d, f.Faults); err != nil {
			return err
		}
		if err := s.keep(r, in, &f); err != nil {
			return err
		}
		f.Study, f.Action, f.Revision, f.Images = studyView(st), designPath(st.ID), in.Get("revision"), imageRows(st.Draft)
		return s.renderDesign(w, r, formStatus(in), f)
	}
	err = s.Store.ReplaceDraft(r.Context(), st.ID, in.Get("revision"), d)
	if errors.Is(err, study.ErrConflict) {
		return s.refuseDesign(w, r, d, f)
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, afterSaving(in, st.ID))
}

// refuseDesign shows the form f again with what was typed, because somebody else has changed the
// draft meanwhile. The form now has the newest revision: an experimenter who saves again has been
// told what they replace.
func (s *Server) refuseDesign(w http.ResponseWriter, r *http.Request, d study.Design, f view.DesignForm) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	if err := s.addTraces(&f, d, f.Faults); err != nil {
		return err
	}
	f.Study, f.Action, f.Revision, f.Images, f.Stale = studyView(st), designPath(st.ID), st.Revision, imageRows(st.Draft), true
	return s.renderDesign(w, r, http.StatusConflict, f)
}

// PreviewDesign answers with the preview of the form's design, as a part of a page.
func (s *Server) PreviewDesign(w http.ResponseWriter, r *http.Request) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	appliances, err := s.Appliances(r.Context())
	if err != nil {
		return err
	}
	var earlier study.Design
	if id, err := strconv.ParseInt(in.Get("study"), 10, 64); err == nil {
		st, err := s.Store.Study(r.Context(), study.StudyID(id))
		if err != nil {
			return err
		}
		earlier, appliances = st.Draft, withDraft(appliances, st.Draft)
	}
	d, f, _ := takeDesign(in, appliances, earlier)
	if err := s.addPictures(&f.Preview, d, f.Faults); err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, view.DesignPreview(f.Preview))
}

// takeDesign reads a design from the fields. ok says whether it may be stored as a draft. ok is
// false if the fields cannot be read, or if a button asked for other rows; then f is the form to
// show again.
func takeDesign(in url.Values, appliances []Appliance, earlier study.Design) (d study.Design, f view.DesignForm, ok bool) {
	ok = !editsRows(in.Get("do"))
	in = inTaskOrder(edited(in))
	d, unreadable := readDesign(in, appliances, earlier)
	bad := checkDesign(d, unreadable)
	ok = ok && len(unreadable) == 0 && bad["title"] == ""
	f = designView(in, appliances, d.Questionnaires, bad)
	f.Preview, f.Typed = formPreview(d, bad), !ok
	return d, f, ok
}

// formStatus returns the status for a form that is shown again. Asking for another row is no error.
func formStatus(in url.Values) int {
	if editsRows(in.Get("do")) {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

func designPath(id study.StudyID) string { return studyPath(id) + "/design" }

func afterSaving(in url.Values, id study.StudyID) string {
	if in.Get("do") == doPublish {
		return studyPath(id) + "/publish"
	}
	return designPath(id) + "?saved"
}

// studyAndAppliances loads the study in the path, and the appliances that it may use.
func (s *Server) studyAndAppliances(r *http.Request) (study.Study, []Appliance, error) {
	st, err := s.study(r)
	if err != nil {
		return study.Study{}, nil, err
	}
	appliances, err := s.Appliances(r.Context())
	return st, withDraft(appliances, st.Draft), err
}

// withDraft returns the appliances as the form of a draft shows them: with the draft's own words for its tasks, and with those that are
// not installed (any more), so that the form still shows their tasks.
func withDraft(appliances []Appliance, d study.Design) []Appliance {
	appliances = slices.Clone(appliances)
	for _, name := range d.Appliances() {
		if name == "" {
			continue
		}
		i := slices.IndexFunc(appliances, func(a Appliance) bool { return a.Name == name })
		if i < 0 {
			i, appliances = len(appliances), append(appliances, Appliance{Name: name, Title: name + " (not installed)"})
		}
		appliances[i].Tasks = slices.Clone(appliances[i].Tasks)
		for _, t := range d.Tasks {
			if d.ApplianceOf(t) == name {
				appliances[i].word(t, false, d)
			}
		}
		if d.Practice != nil && d.ApplianceOf(*d.Practice) == name {
			appliances[i].word(*d.Practice, true, d)
		}
	}
	return appliances
}

// word gives the appliance's task the words that a draft d has for it, in English, in which a form shows the tasks of appliances. A
// practice is put in place of the appliance's. A task that the appliance lacks is added.
func (a *Appliance) word(t study.Task, practice bool, d study.Design) {
	i := slices.IndexFunc(a.Tasks, func(o study.Task) bool { return o.Practice == practice && (practice || o.ID == t.ID) })
	shown := study.Task{ID: t.ID}
	if i >= 0 && a.Tasks[i].ID == t.ID {
		shown = a.Tasks[i]
	}
	shown.Practice = practice
	for _, text := range []struct {
		into *study.Wording
		own  study.Wording
	}{{&shown.Title, t.Title}, {&shown.Instruction, t.Instruction}} {
		if own := d.English(text.own); own != "" {
			*text.into = study.Plain(own)
		} else if text.into.Empty() {
			*text.into = study.Plain(d.Reading(text.own))
		}
	}
	if i < 0 {
		a.Tasks = append(a.Tasks, shown)
	} else {
		a.Tasks[i] = shown
	}
}

func (s *Server) renderDesign(w http.ResponseWriter, r *http.Request, code int, f view.DesignForm) error {
	var err error
	if f.NoAppliances, err = s.NoAppliances(); err != nil {
		return err
	}
	studies, err := s.Store.Studies(r.Context())
	if err != nil {
		return err
	}
	f.Reused = reusedNetworks(slices.DeleteFunc(studies, func(st study.Study) bool {
		return st.ID == study.StudyID(f.Study.ID) || !page.May(r.Context(), study.See, st.ID)
	}))
	if f.Mine, err = s.ownNetworks(r); err != nil {
		return err
	}
	title := "New study"
	if f.Study.ID != 0 {
		title = "Design of " + f.Study.Title
	}
	p := s.LabPage(r, title)
	p.Styles, p.Scripts = []string{"results.css"}, []string{"design.js", "power.js"}
	f.Failed = code == http.StatusUnprocessableEntity && f.ImageSay == ""
	return s.Render(w, r, code, view.DesignPage(p, f))
}
