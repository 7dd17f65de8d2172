package study

import "slices"

// A Differing is a text or the goal of a task that a draft has otherwise than the appliance whose task it is.
type Differing struct {
	At             string // the path of the task in a study file, such as tasks[0]
	Task           string // its name in the data
	What           string // title, instruction or goal
	Own, Installed string // in English
}

// Differing returns what the tasks of d have otherwise than the appliances that are installed. What d leaves to the appliance is not
// among it. The texts of appliances are in English, so that a study without English has its own in any case.
func (d Design) Differing(installed []Installed) (all []Differing) {
	d.eachCopy(installed, func(at string, own *Task, from Task) {
		add := func(what, mine, theirs string) {
			if mine != "" && mine != theirs {
				all = append(all, Differing{At: at, Task: own.Level(), What: what, Own: mine, Installed: theirs})
			}
		}
		if d.Speaks(English) {
			add("title", own.Title.In(English), from.Title.In(English))
			add("instruction", own.Instruction.In(English), from.Instruction.In(English))
		}
		add("goal", own.Goal, from.Goal)
	})
	return all
}

// TakingOver returns d with the English texts and the goal of a task as its appliance has them now. at is the path of the task, as
// in Differing. It returns an error of kind ErrNotFound if there is no such task.
func (d Design) TakingOver(at string, installed []Installed) (Design, error) {
	d = d.apart()
	err := Refuse(ErrNotFound, "The task is gone from the draft or from its appliance.")
	d.eachCopy(installed, func(path string, own *Task, from Task) {
		if path != at {
			return
		}
		err = nil
		own.Goal = from.Goal
		if d.Speaks(English) {
			own.Title = own.Title.With(English, from.Title.In(English)).With("", "")
			own.Instruction = own.Instruction.With(English, from.Instruction.In(English)).With("", "")
		}
	})
	return d.Settled(), err
}

// eachCopy calls do with each task of d and with the one of its appliance, if that is installed and has it. What do changes is changed in d.
func (d *Design) eachCopy(installed []Installed, do func(at string, own *Task, from Task)) {
	one := func(at string, t *Task) {
		name := d.ApplianceOf(*t)
		i := slices.IndexFunc(installed, func(m Installed) bool { return m.Appliance == name })
		if i < 0 {
			return
		}
		if j := slices.IndexFunc(installed[i].Tasks, func(o Task) bool { return o.ID == t.ID }); j >= 0 {
			do(at, t, installed[i].Tasks[j])
		}
	}
	for i := range d.Tasks {
		one(item("tasks", i), &d.Tasks[i])
	}
	if d.Practice != nil {
		one("practice", d.Practice)
	}
}
