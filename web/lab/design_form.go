package lab

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vmstudy/document"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/page"
)

// The form of a design is a set of fields, named and written as in a study file (document.WriteForm). Three things a form
// does in its own way: it chooses tasks and practice from those of the appliances, and gives each instrument a place in
// the order. A page is always made from fields, so that it shows again what was typed, even if that cannot be read.

// aboutPerson is the instrument about the person, which a session asks once.
const aboutPerson = "about"

// Fields of the form that no study file has.
const (
	taskField     = "task"     // the value is taskValue of a chosen task; once for each
	practiceField = "practise" // "true" if the appliance's practice task is done first
	placeField    = "ask-"     // followed by an instrument: its place in the order after a trial, from 1, or a study.Occasion; once for each time that it is asked
)

// faults are sentences about fields, by the paths of the fields. The path of the whole design is "".
type faults map[string]string

// networks reports whether any network has a fault. Then the fields do not say what its network is.
func (f faults) networks() bool { return f.within("networks[") }

// within reports whether there is a fault of a field whose path begins so.
func (f faults) within(begins string) bool {
	for field := range f {
		if strings.HasPrefix(field, begins) {
			return true
		}
	}
	return false
}

// add adds a sentence about a field, unless the field has one already.
func (f faults) add(field, say string, args ...any) {
	if f[field] == "" {
		f[field] = page.Sentence(fmt.Sprintf(say, args...))
	}
}

// designFields converts d to form fields.
func designFields(d study.Design) url.Values {
	plain := d
	plain.Tasks = formsOnly(d)
	plain.Practice, plain.Questionnaires, plain.Images = nil, nil, nil
	for _, o := range study.Occasions() {
		*plain.Asks(o) = nil
	}
	in := document.WriteForm(plain)
	writeLanguages(in, d)
	writeLevels(in, d.Methods)
	spreadWords(in)
	for _, t := range d.Tasks {
		in.Add(taskField, taskValue(d.ApplianceOf(t), t.ID))
	}
	if d.Practice != nil {
		in.Set(practiceField, "true")
	}
	for _, o := range study.Occasions() {
		for i, id := range *d.Asks(o) {
			place := string(o)
			if o == study.AfterTrial {
				place = strconv.Itoa(i + 1)
			}
			in.Add(placeField+id, place)
		}
	}
	return in
}

// taskValue returns the form's value for a task. It names the appliance, too, because the form
// shows the tasks of all appliances.
func taskValue(appliance string, t study.TaskID) string { return appliance + "/" + string(t) }

// readDesign converts form fields to a design. earlier is the draft as it is stored, which
// has words that no field shows. A field that it cannot read stays zero and has a
// sentence in the faults.
func readDesign(in url.Values, appliances []Appliance, earlier study.Design) (study.Design, faults) {
	in = splitLists(inLanguages(in))
	d, unreadable := document.ReadForm(in)
	bad := faults{}
	for _, f := range unreadable {
		bad.add(f.At, "%s", f.Say)
	}
	for l, title := range d.Title {
		d.Title = d.Title.With(l, strings.TrimSpace(title))
	}
	d.RecordKeys = d.RecordKeys && d.Record != study.RecordNever
	d.Images = earlier.Images // which have forms of their own
	readTasks(&d, in, appliances, earlier)
	readWords(&d, in, appliances, earlier)
	readInstruments(&d, in, earlier)                       // which settles the words of all
	if len(d.LeaveOut)+len(d.First) > 0 && d.Countable() { // ticks beside conditions that are gone, as where a network has another name now, go with them
		all := map[string]bool{}
		for _, c := range d.Combinations() {
			all[c.Code()] = true
		}
		gone := func(code string) bool { return !all[code] }
		d.LeaveOut, d.First = slices.DeleteFunc(d.LeaveOut, gone), slices.DeleteFunc(d.First, gone)
	}
	return d, bad
}

// checkDesign returns what keeps d from being published, as one sentence for each field. unreadable are the fields
// that d lacks because nobody could read them.
func checkDesign(d study.Design, unreadable faults) faults {
	bad := faults{}
	maps.Copy(bad, unreadable)
	for _, f := range append(d.Faults(), questionnaire.Worded(d).Wordless()...) {
		if network, _, is := strings.Cut(f.At, "]"); is && unreadable.within(network+"]") {
			continue // its other values are no more than half of what was meant
		}
		bad.add(f.At, "%s", d.Tell(f))
	}
	return bad
}

// readTasks sets the appliance of d and the chosen tasks: those of that appliance and of others. What earlier, the draft as it is
// stored, has of a task stays: it may word it in its own way, or leave it to the appliance. A task that is new has a copy of the
// appliance's. Each has the forms that the fields give it; where no field names the task, as where it has just been ticked, it keeps
// those of earlier.
func readTasks(d *study.Design, in url.Values, appliances []Appliance, earlier study.Design) {
	chosen, withForms := d.Appliance, d.Tasks
	d.Appliance, d.Tasks, d.Practice = "", nil, nil
	i := slices.IndexFunc(appliances, func(a Appliance) bool { return a.Name == chosen })
	if chosen == "" || i < 0 {
		return
	}
	d.Appliance = chosen
	if in.Get(practiceField) == "true" {
		d.Practice = practiceOf(appliances[i], earlier)
	}
	for _, value := range in[taskField] {
		t, ok := taskOf(value, appliances)
		if !ok {
			continue
		}
		is := func(of study.Design) func(study.Task) bool {
			return func(o study.Task) bool { return o.ID == t.ID && of.ApplianceOf(o) == t.Appliance }
		}
		at := t.Appliance
		if j := slices.IndexFunc(earlier.Tasks, is(earlier)); j >= 0 {
			t = earlier.Tasks[j]
		}
		t.Appliance = at
		if j := slices.IndexFunc(withForms, is(*d)); j >= 0 {
			t.Forms = withForms[j].Forms
		}
		if t.Appliance == d.Appliance {
			t.Appliance = ""
		}
		d.Tasks = append(d.Tasks, t)
	}
}

// practiceOf returns the practice of a design that is made from an appliance: that of earlier, if it has the same appliance, or else
// the appliance's. It returns nil if there is none.
func practiceOf(a Appliance, earlier study.Design) *study.Task {
	if earlier.Practice != nil && earlier.Appliance == a.Name {
		own := *earlier.Practice
		return &own
	}
	if t, ok := a.practice(); ok {
		return &t
	}
	return nil
}

// taskOf returns the task with this value in the form, with the name of its appliance.
func taskOf(value string, appliances []Appliance) (study.Task, bool) {
	for _, a := range appliances {
		for _, t := range a.Tasks {
			if !t.Practice && value == taskValue(a.Name, t.ID) {
				t.Appliance = a.Name
				return t, true
			}
		}
	}
	return study.Task{}, false
}

// practice returns the appliance's practice task.
func (a Appliance) practice() (study.Task, bool) {
	for _, t := range a.Tasks {
		if t.Practice {
			return t, true
		}
	}
	return study.Task{}, false
}

// readInstruments sets what is asked when, from the places that instruments were given. earlier is the draft as it is stored: what it
// asks and no form offers stays, and so does the order of what is asked at one occasion, except after trials, for which the places give it.
func readInstruments(d *study.Design, in url.Values, earlier study.Design) {
	all := offered(earlier.Questionnaires)
	for _, o := range study.Occasions() {
		*d.Asks(o) = slices.DeleteFunc(slices.Clone(*earlier.Asks(o)), func(id string) bool {
			return slices.ContainsFunc(all, func(q instrument.Instrument) bool { return q.ID == id })
		})
	}
	for _, q := range all {
		for _, place := range in[placeField+q.ID] {
			o := study.Occasion(place)
			if !slices.Contains(study.Occasions(), o) {
				o = study.AfterTrial
			}
			if list := d.Asks(o); place != "" && !slices.Contains(*list, q.ID) {
				*list = append(*list, q.ID)
			}
		}
	}
	for _, o := range study.Occasions() {
		slices.SortStableFunc(*d.Asks(o), func(a, b string) int { return cmp.Compare(placeOf(a, o, in, earlier), placeOf(b, o, in, earlier)) })
		if list := d.Asks(o); len(*list) == 0 {
			*list = nil
		}
	}
	*d = questionnaire.Complete(*d, earlier)
}

// placeOf returns where an instrument stands among those that are asked at an occasion: what is new comes last.
func placeOf(id string, o study.Occasion, in url.Values, earlier study.Design) int {
	if o == study.AfterTrial {
		for _, place := range in[placeField+id] {
			if n, err := strconv.Atoi(place); err == nil {
				return n
			}
		}
	}
	if i := slices.Index(*earlier.Asks(o), id); i >= 0 {
		return i
	}
	return study.MaxTrials
}

// offered returns the instruments that a form offers: the study's own words first, then what else the library has.
func offered(own []instrument.Instrument) (all []instrument.Instrument) {
	for _, q := range slices.Concat(own, questionnaire.All()) {
		has := slices.ContainsFunc(all, func(o instrument.Instrument) bool { return o.ID == q.ID })
		if !has && q.ID != aboutPerson {
			all = append(all, q)
		}
	}
	return all
}
