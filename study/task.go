package study

import "slices"

// TaskID names a task within its appliance, as in "type".
type TaskID string

// Task is what a participant does in the desktop. An appliance comes with its tasks. A published
// design has a copy of them, so that the record shows what participants were asked to do.
type Task struct {
	ID          TaskID
	Appliance   string  // whose task it is; empty: the design's
	Title       Wording // a few words, for tables and the strip above the desktop
	Instruction Wording // everything that a participant needs to know, in plain sentences
	Goal        string  // the condition that the guest checks, in the appliance's own terms; may be empty
	Forms       []Form  // parallel forms; none, or at least two
	Practice    bool    // for getting used to the desktop; never counts
}

// Level returns the name of the task in the data, as in "type", or "type@office" if the task names its appliance. So the
// tasks of two appliances may have the same ID.
func (t Task) Level() string {
	if t.Appliance == "" {
		return string(t.ID)
	}
	return string(t.ID) + "@" + t.Appliance
}

// Form is a parallel form of a task: the same task with another text or goal. What it leaves empty is as in the task.
type Form struct {
	Name        string // in the data, as in "A"
	Title       Wording
	Instruction Wording
	Goal        string
}

// InForm returns the task as it is in the form with this name; as it is if it has no such form.
func (t Task) InForm(name string) Task {
	i := slices.IndexFunc(t.Forms, func(f Form) bool { return f.Name == name })
	if i < 0 {
		return t
	}
	f := t.Forms[i]
	if !f.Title.Empty() {
		t.Title = f.Title
	}
	if !f.Instruction.Empty() {
		t.Instruction = f.Instruction
	}
	if f.Goal != "" {
		t.Goal = f.Goal
	}
	return t
}

// ApplianceOf returns the name of the appliance whose task t is.
func (d Design) ApplianceOf(t Task) string {
	if t.Appliance == "" {
		return d.Appliance
	}
	return t.Appliance
}

// Appliances returns the names of the appliances that the trials of d need, that of the design first.
func (d Design) Appliances() []string {
	all := []string{d.Appliance}
	tasks := d.Tasks
	if d.Practice != nil {
		tasks = append(tasks[:len(tasks):len(tasks)], *d.Practice)
	}
	for _, t := range tasks {
		if name := d.ApplianceOf(t); !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// maxForms is how many parallel forms a task may have.
const maxForms = 12

func (d Design) checkTasks(f faults) {
	f.unless(len(d.Tasks) > 0 || d.Appliance == "", "tasks", "choose at least one task") // the tasks are the appliance's
	f.unless(len(d.Tasks) <= MaxLevels, "tasks", "a factor has more than %d levels", MaxLevels)
	type key struct {
		appliance string
		id        TaskID
	}
	seen := map[key]bool{}
	for i, t := range d.Tasks {
		f := f.within(item("tasks", i))
		k := key{d.ApplianceOf(t), t.ID}
		f.unless(t.ID != "" && !seen[k], "id", "task %q has no name or is there twice", t.ID)
		seen[k] = true
		t.checkForms(f)
	}
	if d.Practice != nil {
		f.unless(len(d.Practice.Forms) == 0, "practice.forms", "the practice task is done once, so it has no forms")
	}
}

func (t Task) checkForms(f faults) {
	f.unless(len(t.Forms) != 1, "forms", "one form alone is the task itself: add another one")
	f.unless(len(t.Forms) <= maxForms, "forms", "%d forms are more than %d", len(t.Forms), maxForms)
	for i, form := range t.Forms {
		at := item("forms", i) + ".name"
		checkName(f, at, form.Name)
		f.unless(!slices.ContainsFunc(t.Forms[:i], func(o Form) bool { return o.Name == form.Name }), at, "form %q is there twice", form.Name)
	}
}
