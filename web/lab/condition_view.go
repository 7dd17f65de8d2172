package lab

import (
	"strings"

	"vmstudy/study"
)

// conditionWords returns the levels of a condition, and the form of its task, for a line of a page.
func conditionWords(c study.Condition) string {
	words := []string{c.Access.Level(), c.Network.Name, taskWords(c)}
	if levels := levelWords(c); levels != "" {
		words = append(words, levels)
	}
	return strings.Join(words, " / ")
}

// taskWords returns the name of the task of a condition, and its form.
func taskWords(c study.Condition) string {
	if c.Form == "" {
		return c.Task.Level()
	}
	return c.Task.Level() + ", form " + c.Form
}

// levelWords returns the levels that a condition has of the study's own factors; empty if there are none.
func levelWords(c study.Condition) string {
	var words []string
	for _, l := range c.Levels {
		words = append(words, l.Titled())
	}
	return strings.Join(words, " / ")
}

// toldDuring returns what the levels of a condition say to the experimenter who looks after its trial.
func toldDuring(c study.Condition) (all []string) {
	for _, l := range c.Levels {
		if l.Told != "" {
			all = append(all, l.Told)
		}
	}
	return all
}

// factorsWords names the study's own factors, for the heading of levelWords; empty if there are none.
func factorsWords(d study.Design) string {
	var names []string
	for _, x := range d.Factors {
		names = append(names, x.Name)
	}
	return strings.Join(names, " / ")
}
