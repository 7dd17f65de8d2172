package lab

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/catalogue"
	"vmstudy/web/view"
)

// Fields of the form about languages. A text of a study of one language has a field of its own name, as in title; of a study
// of several it has a field for each, as in title.de.
const (
	spokenField  = "spoken"   // the tags of the languages, with commas between them
	writtenField = "written"  // the language of texts whose fields name none
	wordsField   = "wording-" // followed by the value of a task, "title" or "instruction", and a tag: the task's text in a language
)

// writeLanguages adds to form fields what they need about languages.
func writeLanguages(in url.Values, d study.Design) {
	var tags []string
	for _, l := range d.Spoken() {
		tags = append(tags, string(l))
	}
	in.Set(spokenField, strings.Join(tags, ", "))
	in.Set(writtenField, string(d.Written()))
	for at, t := range chosenTasks(&d) {
		for name, w := range map[string]study.Wording{"title": t.Title, "instruction": t.Instruction} {
			for l, text := range w {
				if l == "" {
					l = d.Written()
				}
				if l != study.English {
					in.Set(wordsField+at+"-"+name+"-"+string(l), text)
				}
			}
		}
	}
}

// chosenTasks returns the tasks of a design, with the practice, by their values in the form.
func chosenTasks(d *study.Design) map[string]*study.Task {
	all := map[string]*study.Task{}
	for i := range d.Tasks {
		all[taskValue(d.ApplianceOf(d.Tasks[i]), d.Tasks[i].ID)] = &d.Tasks[i]
	}
	if d.Practice != nil {
		all[taskValue(d.ApplianceOf(*d.Practice), d.Practice.ID)] = d.Practice
	}
	return all
}

// inLanguages returns form fields whose texts are in the languages that the form names: where another one has come to the
// only one, texts get fields with their language. A form without the field of languages is left as it is.
func inLanguages(in url.Values) url.Values {
	if !in.Has(spokenField) {
		return in
	}
	in = maps.Clone(in)
	tags := strings.FieldsFunc(in.Get(spokenField), func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	in["languages[]"] = tags
	written := in.Get(writtenField)
	if len(tags) == 0 || len(tags) == 1 && (tags[0] == written || written == "") {
		return in
	}
	for _, path := range textPaths(in) {
		if text := in.Get(path); text != "" && in.Get(path+"."+written) == "" {
			in.Set(path+"."+written, text)
			in.Del(path)
		}
	}
	return in
}

// textPaths returns the paths of the texts of form fields that participants read, each once.
func textPaths(in url.Values) (all []string) {
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if path, _, is := document.Text(name); is && !slices.Contains(all, path) {
			all = append(all, path)
		}
	}
	return all
}

// readWords puts the texts of tasks in languages into d. What the form does not have stays as earlier has it. The texts of an
// appliance are in English.
func readWords(d *study.Design, in url.Values, appliances []Appliance, earlier study.Design) {
	before := chosenTasks(&earlier)
	for at, t := range chosenTasks(d) {
		old := before[at]
		for name, w := range map[string]*study.Wording{"title": &t.Title, "instruction": &t.Instruction} {
			now := study.Wording(nil)
			for l, text := range *w {
				if l == "" && old != nil {
					l = earlier.Written()
				} else if l == "" {
					l = study.English
				}
				now = now.With(l, text)
			}
			if old != nil && d.Speaks(study.English) && !earlier.Speaks(study.English) && now[study.English] == "" {
				now = now.With(study.English, installedWords(at, name, appliances))
			}
			for _, l := range d.Spoken() {
				if key := wordsField + at + "-" + name + "-" + string(l); in.Has(key) {
					now = now.With(l, instrument.WithLF(in.Get(key)))
				}
			}
			*w = spokenBy(*d, now)
		}
	}
}

// spokenBy returns a text of a task as d keeps it: without English, if d is in other languages and has the text in one of them, and in
// nothing but English, if d is in nothing else.
func spokenBy(d study.Design, w study.Wording) study.Wording {
	switch {
	case len(d.Spoken()) == 1 && d.Speaks(study.English):
		return study.Plain(w[study.English])
	case !d.Speaks(study.English) && len(w) > 1:
		return w.With(study.English, "")
	}
	return w
}

// installedWords returns the title or the instruction that the task with this value in the form has in English.
func installedWords(at, name string, appliances []Appliance) string {
	for _, a := range appliances {
		for _, t := range a.Tasks {
			if at == taskValue(a.Name, t.ID) {
				return map[string]study.Wording{"title": t.Title, "instruction": t.Instruction}[name].In(study.English)
			}
		}
	}
	return ""
}

// tongues are the languages in which the form shows texts: those of the study, and those that some text has besides.
func tongues(in url.Values) (all []view.Tongue) {
	tags := strings.FieldsFunc(in.Get(spokenField), func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
	if len(tags) == 0 {
		tags = []string{string(study.English)}
	}
	spoken := len(tags)
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if _, l, is := document.Text(name); is && l != "" && !slices.Contains(tags, string(l)) {
			tags = append(tags, string(l))
		}
	}
	for i, tag := range tags {
		l := study.Language(tag)
		t := view.Tongue{Tag: tag, Name: tag, Direction: "ltr", Written: tag == in.Get(writtenField), Extra: i >= spoken}
		if l.Valid() {
			t.Name, t.Direction = catalogue.NameInEnglish(l), catalogue.Direction(l)
		}
		all = append(all, t)
	}
	return all
}

// translatable are the fields for the texts of the chosen tasks in the languages of a study. English comes from the appliance.
func translatable(in url.Values, appliances []Appliance) (all []view.TaskWords) {
	var chosen []study.Task
	for _, value := range in[taskField] {
		if t, ok := taskOf(value, appliances); ok {
			chosen = append(chosen, t)
		}
	}
	for _, a := range appliances {
		if t, ok := a.practice(); ok && a.Name == in.Get("appliance") && in.Get(practiceField) == "true" {
			t.Appliance = a.Name
			chosen = append(chosen, t)
		}
	}
	for _, t := range chosen {
		all = append(all, view.TaskWords{
			Field: wordsField + taskValue(t.Appliance, t.ID), Title: t.Title.In(study.English), Instruction: t.Instruction.In(study.English),
		})
	}
	return all
}
