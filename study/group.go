package study

import (
	"slices"

	"vmstudy/study/instrument"
)

// Group is a group of participants: one level of the factor between them. What it leaves empty is as in the design.
type Group struct {
	Name  string // in the data
	Title string // for experimenters

	// How people get into it. By the first group that names their code, else by the first whose question they have
	// answered so, else by the roster among the groups that have none of these. An experimenter's word comes before all.
	Codes    []string         // of participants
	Answered *instrument.When // how a question about the person is answered: Item, and Is, AtLeast or AtMost
	ByHand   bool             // only an experimenter puts people into it

	Crossing                  // the levels that its people meet
	Consent, Thanks Wording   // in place of the design's
	Instructions    []Instead // in place of the tasks'
}

// Instead is what a group reads in place of the instruction of a task.
type Instead struct {
	Task        string // its name in the data
	Instruction Wording
}

// GroupsTellMethods reports whether the group of a participant tells which access methods they meet, since some group meets other methods than the
// rest. Who must not know the one must not know the other then.
func (d Design) GroupsTellMethods() bool {
	return slices.ContainsFunc(d.Groups, func(g Group) bool { return len(g.Methods) > 0 })
}

// GroupsDiffer reports whether some group meets other conditions than the rest.
func (d Design) GroupsDiffer() bool {
	return slices.ContainsFunc(d.Groups, func(g Group) bool { return !g.Crossing.Empty() })
}

// For returns the design as the people of a group meet it: with their levels and their texts, and without groups. It
// returns d itself if d has no such group.
func (d Design) For(group string) Design {
	i := slices.IndexFunc(d.Groups, func(g Group) bool { return g.Name == group })
	if i < 0 {
		return d
	}
	g := d.Groups[i]
	d = d.apart()
	d.Groups = nil
	d.Methods = chosen(d.Methods, Access.Level, g.Methods)
	d.Networks = chosen(d.Networks, func(n NamedNetwork) string { return n.Name }, g.Networks)
	d.Tasks = chosen(d.Tasks, Task.Level, g.Tasks)
	if !g.Consent.Empty() {
		d.Consent = g.Consent
	}
	if !g.Thanks.Empty() {
		d.Thanks = g.Thanks
	}
	for _, in := range g.Instructions {
		for i := range d.Tasks {
			if d.Tasks[i].Level() == in.Task {
				d.Tasks[i].Instruction = in.Instruction
			}
		}
		if d.Practice != nil && d.Practice.Level() == in.Task {
			d.Practice.Instruction = in.Instruction
		}
	}
	return d
}

// chosen returns the levels with the given names; all if no names are given.
func chosen[L any](levels []L, name func(L) string, names []string) []L {
	if len(names) == 0 {
		return levels
	}
	return slices.DeleteFunc(slices.Clone(levels), func(l L) bool { return !slices.Contains(names, name(l)) })
}

// Newcomer is what is known of somebody who gets a place in the plan.
type Newcomer struct {
	Code     string            // of the participant
	Put      string            // the group that an experimenter has put them into; empty if none has
	Screened bool              // the questions of the screening are answered, and they take part
	Asked    bool              // the questions about the person are answered, too
	Answers  map[string]string // to these questions
}

// GroupsFor returns the groups of which the newcomer gets a place in one: one group, or those among which the roster chooses. It
// returns none if that depends on questions that are not answered yet, and an error of kind ErrConflict if no group is meant for them.
func (d Design) GroupsFor(n Newcomer) ([]string, error) {
	if len(d.Screening) > 0 && !n.Screened {
		return nil, nil // whether they take part is not known yet
	}
	if len(d.Groups) == 0 {
		return []string{""}, nil
	}
	var rest []string
	asks := false
	for _, g := range d.Groups {
		if n.Put == g.Name {
			return []string{g.Name}, nil
		}
		asks = asks || g.Answered != nil
		if g.forAnybody() {
			rest = append(rest, g.Name)
		}
	}
	for _, g := range d.Groups {
		if slices.Contains(g.Codes, n.Code) {
			return []string{g.Name}, nil
		}
	}
	if asks && !n.Asked && !(len(d.Screening) > 0 && d.DecidedByScreening()) {
		return nil, nil
	}
	for _, g := range d.Groups {
		if g.Answered != nil && g.Answered.Met(n.Answers) {
			return []string{g.Name}, nil
		}
	}
	if len(rest) == 0 {
		return nil, Refuse(ErrConflict, "This study has no group for you yet. Please tell the experimenter.")
	}
	return rest, nil
}

// CertainGroup returns the group that somebody with this code, whom an experimenter has put into the group put, will certainly get into. It is
// empty if that depends on the roster or on an answer.
func (d Design) CertainGroup(code, put string) string {
	d.Screening = nil // what it will decide is not known yet
	if groups, err := d.GroupsFor(Newcomer{Code: code, Put: put}); err == nil && len(groups) == 1 {
		return groups[0]
	}
	return ""
}

// forAnybody reports whether the roster puts people into the group.
func (g Group) forAnybody() bool { return len(g.Codes) == 0 && g.Answered == nil && !g.ByHand }

// maxCodes bounds the list of participants of a group.
const maxCodes = 1000

func (d Design) checkGroups(f faults) {
	f.unless(len(d.Groups) <= MaxLevels, "groups", "a factor has more than %d levels", MaxLevels)
	f.unless(len(d.Groups) != 1, "groups", "one group alone is the whole study: add another one")
	codes := map[string]bool{}
	for i, g := range d.Groups {
		f := f.within(item("groups", i))
		checkName(f, "name", g.Name)
		f.unless(!slices.ContainsFunc(d.Groups[:i], func(o Group) bool { return o.Name == g.Name }), "name", "group %q is there twice", g.Name)
		f.unless(len(g.Codes) <= maxCodes, "codes", "%d participants are more than %d", len(g.Codes), maxCodes)
		for j, code := range g.Codes {
			f.unless(code != "" && !codes[code], item("codes", j), "participant %q is in two groups, or has no code", code)
			codes[code] = true
		}
		d.checkNames(f, "", g.Crossing)
		d.checkAnswered(f.within("answered"), g)
		f.unless(!g.ByHand || g.Answered == nil && len(g.Codes) == 0, "by_hand", "people get into a group by hand, by their codes or by an answer: choose one of them")
		for j, in := range g.Instructions {
			at := item("instructions", j)
			known := slices.Contains(namesOf(d.Tasks, Task.Level), in.Task) || d.Practice != nil && d.Practice.Level() == in.Task
			f.unless(known, at+".task", "the study has no task that is called %q", in.Task)
			f.unless(!in.Instruction.Empty(), at+".instruction", "write what this group is to do")
		}
	}
}

func (d Design) checkAnswered(f faults, g Group) {
	w := g.Answered
	if w == nil {
		return
	}
	f.unless(len(g.Codes) == 0, "", "people get into a group by their codes or by an answer: choose one of them")
	f.unless(w.Item != "", "item", "name the question about the person whose answer is meant")
	f.unless(len(w.Is) > 0 || w.AtLeast != nil || w.AtMost != nil, "is", "say which answers are meant")
	f.unless(d.About != "" || len(d.Screening) > 0, "item", "the study asks no questions about the person: choose them")
	if _, own := d.Questionnaire(d.About); own && w.Item != "" && !d.screens(w.Item) {
		f.unless(d.hasQuestion(d.About, w.Item), "item", "questionnaire %q has no question %q", d.About, w.Item)
	}
	f.unless(d.About != "" || w.Item == "" || !d.words(d.Screening) || d.screens(w.Item), "item", "the screening has no question %q", w.Item)
	d.checkRule(f, *w, d.Deciding())
}
