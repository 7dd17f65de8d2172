package lab

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"vmstudy/study"
	"vmstudy/web/view"
)

// The tasks of a form are ticks. What a study adds to a task, its parallel forms, has fields as in a study file, such as
// tasks[1].forms[0].name, beside tasks[1].id and tasks[1].appliance.

// formsOnly returns the tasks of d with nothing but their forms, each with its appliance.
func formsOnly(d study.Design) (all []study.Task) {
	for _, t := range d.Tasks {
		all = append(all, study.Task{ID: t.ID, Appliance: d.ApplianceOf(t), Forms: t.Forms})
	}
	return all
}

// inTaskOrder numbers the fields of tasks as the tasks are ticked, so that a sentence about tasks[1] is about the fields with this
// path. The fields of tasks that are not ticked come after them. A ticked task without fields gets some.
func inTaskOrder(in url.Values) url.Values {
	order := slices.Clone(in[taskField])
	for i := range rows(in, "tasks") {
		if value := taskOfRow(in, i); !slices.Contains(order, value) {
			order = append(order, value)
		}
	}
	moved := maps.Clone(in)
	maps.DeleteFunc(moved, func(field string, _ []string) bool { return strings.HasPrefix(field, "tasks[") })
	for i := range rows(in, "tasks") {
		from, to := row("tasks", i)+".", row("tasks", slices.Index(order, taskOfRow(in, i)))+"."
		for field, values := range in {
			if rest, is := strings.CutPrefix(field, from); is {
				moved[to+rest] = values
			}
		}
	}
	for i, value := range in[taskField] {
		appliance, id, _ := strings.Cut(value, "/")
		moved.Set(row("tasks", i)+".appliance", appliance)
		moved.Set(row("tasks", i)+".id", id)
	}
	return moved
}

// taskOfRow returns which task the fields of a row are about, as the value of its tick.
func taskOfRow(in url.Values, i int) string {
	at := row("tasks", i)
	return taskValue(in.Get(at+".appliance"), study.TaskID(in.Get(at+".id")))
}

// taskForms returns the rows of the parallel forms of the ticked tasks, as they were typed.
func taskForms(in url.Values, appliances []Appliance) (all []view.TaskForms) {
	for i, value := range in[taskField] {
		t, ok := taskOf(value, appliances)
		if !ok {
			continue
		}
		at := row("tasks", i)
		f := view.TaskForms{Task: study.Design{}.Reading(t.Title), At: at, ID: string(t.ID), Appliance: t.Appliance, Add: addRow + at + ".forms"}
		for j := range rows(in, at+".forms") {
			path := row(at+".forms", j)
			f.Forms = append(f.Forms, view.LevelRow{Number: j + 1, At: path, Drop: dropRow + path})
		}
		all = append(all, f)
	}
	return all
}
