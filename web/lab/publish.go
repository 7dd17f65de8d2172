package lab

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"vmstudy/document"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// ShowPublish shows the draft that would be published, and asks whether to publish it.
func (s *Server) ShowPublish(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	return s.renderPublish(w, r, http.StatusOK, st, "")
}

// renderPublish shows that page. say is why the draft could not be published just now, or "".
func (s *Server) renderPublish(w http.ResponseWriter, r *http.Request, code int, st study.Study, say string) error {
	installed, err := s.installed(r.Context(), st.Draft)
	if err != nil {
		return err
	}
	frozen := frozenWith(st.Draft, installed)
	bad := checkDesign(frozen, nil)
	v := view.Publication{
		Study: studyView(st), Next: 1, Revision: st.Revision, Hash: document.Hash(frozen), Canonical: document.Write(frozen),
		Preview: designPreview(frozen, bad), Say: say,
	}
	for _, x := range st.Draft.Differing(installed) {
		last := len(v.Differing) - 1
		if last < 0 || v.Differing[last].At != x.At {
			v.Differing, last = append(v.Differing, view.DifferingTask{At: x.At, Task: x.Task}), last+1
		}
		v.Differing[last].Words = append(v.Differing[last].Words, view.DifferingWords{What: x.What, Own: x.Own, Installed: x.Installed})
	}
	if err := s.addPictures(&v.Preview, frozen, bad); err != nil {
		return err
	}
	if st.Published != nil {
		changes := document.Changes(questionnaire.Worded(st.Published.Design), frozen)
		v.Next, v.Same = st.Published.Number+1, len(changes) == 0
		v.Wording = document.OnlyWording(changes)
		for _, c := range changes {
			v.Changes = append(v.Changes, view.Change(c))
		}
	}
	p := s.LabPage(r, "Publish "+st.Draft.Name())
	p.Scripts = []string{"copy.js"}
	return s.Render(w, r, code, view.Publish(p, v))
}

// Publish publishes the draft, if it is still the one that the experimenter has seen.
func (s *Server) Publish(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	if err := st.Unseen(in.Get("revision")); err != nil {
		return s.refusePublish(w, r, err)
	}
	bad := faults{}
	if _, err := s.openTraces(st.Draft, bad); err != nil {
		return err
	}
	if err := s.checkAppliances(r, st.Draft, bad); err != nil {
		return err
	}
	if err := s.checkImages(r, st.Draft, bad); err != nil {
		return err
	}
	if err := s.checkCalibrated(r, st, bad); err != nil {
		return err
	}
	frozen, err := s.Frozen(r.Context(), st.Draft)
	if err != nil {
		return err
	}
	if seen := in.Get("hash"); seen != "" && seen != document.Hash(frozen) {
		bad.add("guests", "an appliance of the study has been made anew since you opened this page. Look at the text again")
	}
	for _, f := range frozen.Wordless() {
		bad.add(f.At, "%s", f.Say)
	}
	for _, say := range bad {
		return s.renderPublish(w, r, http.StatusUnprocessableEntity, st, say)
	}
	_, err = s.Store.PublishDraft(r.Context(), st.ID, in.Get("revision"), frozen, page.Who(r.Context()).ID, s.Now())
	if errors.Is(err, study.ErrConflict) || errors.Is(err, study.ErrInvalid) {
		return s.refusePublish(w, r, err)
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID))
}

// Frozen returns the draft d as it would be published now.
func (s *Server) Frozen(ctx context.Context, d study.Design) (study.Design, error) {
	installed, err := s.installed(ctx, d)
	if err != nil {
		return study.Design{}, err
	}
	return frozenWith(d, installed), nil
}

// frozenWith returns the draft d as it would be published where these appliances are installed.
func frozenWith(d study.Design, installed []study.Installed) study.Design {
	return questionnaire.Worded(d).Frozen(installed)
}

// installed returns the appliances that d needs and that are there.
func (s *Server) installed(ctx context.Context, d study.Design) (all []study.Installed, err error) {
	appliances, err := s.Appliances(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range appliances {
		if a.Content == "" || !slices.Contains(d.Appliances(), a.Name) {
			continue
		}
		traces, err := s.Rehearsals(a.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, study.Installed{Guest: study.Guest{Appliance: a.Name, Content: a.Content, Traces: traces}, Tasks: a.Tasks})
	}
	return all, nil
}

// TakeOver replaces the texts and the goal of a task of the draft by those that its appliance has now.
func (s *Server) TakeOver(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	if err := st.Unseen(in.Get("revision")); err != nil {
		return s.refusePublish(w, r, err)
	}
	installed, err := s.installed(r.Context(), st.Draft)
	if err != nil {
		return err
	}
	d, err := st.Draft.TakingOver(in.Get("task"), installed)
	if err != nil {
		return err
	}
	if err := s.Store.ReplaceDraft(r.Context(), st.ID, st.Revision, d); err != nil {
		return err
	}
	return page.Redirect(w, r, studyPath(st.ID)+"/publish#differing")
}

// moved names the appliances of a published design that are another machine now, or none.
func (s *Server) moved(r *http.Request, d study.Design) (names []string, err error) {
	appliances, err := s.Appliances(r.Context())
	if err != nil {
		return nil, err
	}
	for _, m := range d.Guests {
		if !slices.ContainsFunc(appliances, func(a Appliance) bool { return a.Name == m.Appliance && a.Content == m.Content }) {
			names = append(names, m.Appliance)
		}
	}
	return names, nil
}

// checkAppliances adds a fault for each task whose appliance is not installed, or has no such task.
func (s *Server) checkAppliances(r *http.Request, d study.Design, bad faults) error {
	installed, err := s.Appliances(r.Context())
	if err != nil {
		return err
	}
	check := func(at string, t study.Task) {
		name := d.ApplianceOf(t)
		i := slices.IndexFunc(installed, func(a Appliance) bool { return a.Name == name })
		switch {
		case i < 0:
			bad.add(at, "appliance %s, which task %s needs, is not installed here", name, t.ID)
		case !slices.ContainsFunc(installed[i].Tasks, func(o study.Task) bool { return o.ID == t.ID }):
			bad.add(at, "appliance %s has no task %s", name, t.ID)
		}
	}
	for i, t := range d.Tasks {
		check(row("tasks", i), t)
	}
	if d.Practice != nil {
		check("practice", *d.Practice)
	}
	return nil
}

// refusePublish shows the draft as it is now, and says why it was not published.
func (s *Server) refusePublish(w http.ResponseWriter, r *http.Request, why error) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	code, say := page.Explain(why)
	if st.Changed() {
		say += " Nothing has been published. Below is the draft as it is now: look at it before you publish it."
	}
	return s.renderPublish(w, r, code, st, say)
}
