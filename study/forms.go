package study

import "slices"

// formRounds returns in how many ways forms are given to the conditions, so that in all ways together each condition has
// each form of its task equally often. It is 1 in a study without forms.
func (d Design) formRounds() int {
	n := 1
	for _, t := range d.Tasks {
		n = lcm(n, len(t.Forms))
	}
	return n
}

// giveForms gives each trial of a plan a form of its task, in the given way, which counts from 0. The conditions of a task
// have its forms in turn, and so have the rounds of a condition.
func (d Design) giveForms(plan []Condition, way int) {
	if d.formRounds() == 1 {
		return
	}
	all := d.Conditions()
	number := map[string]int{} // of the condition among those with its task
	of := map[string]int{}
	for _, c := range all {
		number[c.Code()] = of[c.Task.Level()]
		of[c.Task.Level()]++
	}
	done := map[string]int{}
	for i, c := range plan {
		if n := len(c.Task.Forms); n > 0 {
			plan[i] = c.InForm(c.Task.Forms[(number[c.Code()]+done[c.Code()]+way)%n].Name)
		}
		done[c.Code()]++
	}
}

// InForm returns the condition with the form of its task that has this name. A form is not part of the condition: its code
// is the same. It returns c itself if the task has no such form.
func (c Condition) InForm(name string) Condition {
	if slices.ContainsFunc(c.Task.Forms, func(f Form) bool { return f.Name == name }) {
		c.Form, c.Task = name, c.Task.InForm(name)
	}
	return c
}
