package prereg

import (
	"fmt"
	"slices"
	"strings"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

var occasions = map[study.Occasion]string{
	study.AtScreening: "in the screening", study.AtBeginning: "at the beginning", study.AfterPractice: "after the practice", study.AfterTrial: "after every trial that counts",
	study.AfterBlock: "after each block", study.AfterVisit: "after each visit", study.AtEnd: "at the end",
}

// instruments writes the questionnaires in the words of the study, each with when it is asked and how it is scored.
func (doc *Document) instruments(d study.Design, all []instrument.Instrument) {
	doc.heading(2, "Measures")
	doc.say("Of each trial are recorded: whether and when the task was completed, how long every key, click, turn of the wheel and drag waited for a visible answer, how long the first picture took, and what the network did.")
	for _, in := range all {
		var when []string
		for _, o := range study.Occasions() {
			if slices.Contains(d.AskedAt(o), in.ID) {
				when = append(when, occasions[o])
			}
		}
		if len(when) == 0 {
			continue
		}
		doc.heading(3, d.Reading(in.Title))
		doc.say("%s, version %d, asked %s.", in.ID, in.Version, strings.Join(when, " and "))
		if in.Source != "" {
			doc.say("Source: %s", in.Source)
		}
		doc.quote(d.Reading(in.Intro))
		for _, q := range in.Questions() {
			doc.question(d, q)
		}
		var rows [][]string
		for _, m := range in.Measures {
			how := m.Formula
			if len(m.Mean) > 0 {
				how = "mean of " + strings.Join(m.Mean, ", ")
			}
			rows = append(rows, []string{in.ID + "." + m.ID, m.Meaning, m.Unit, how})
		}
		doc.table([]string{"Measure", "Meaning", "Unit", "Computed as"}, rows)
	}
}

func (doc *Document) question(d study.Design, q instrument.Item) {
	doc.say("%s (%s):", q.ID, answered(d, q))
	doc.quote(strings.TrimSpace(d.Reading(q.Text) + "\n" + d.Reading(q.Help)))
}

// answered says how a question can be answered.
func answered(d study.Design, q instrument.Item) string {
	words := []string{strings.ReplaceAll(string(q.Kind), "_", " ")}
	if from, to, bounded := q.Ends(); bounded {
		words = append(words, fmt.Sprintf("from %s to %s", from, to))
	}
	if low, high := d.Reading(q.Low), d.Reading(q.High); low+high != "" {
		words = append(words, fmt.Sprintf("“%s” to “%s”", low, high))
	}
	var options []string
	for _, o := range q.Options {
		options = append(options, fmt.Sprintf("%s = “%s”", o.Value, d.Reading(o.Label)))
	}
	if len(options) > 0 {
		words = append(words, strings.Join(options, ", "))
	}
	if q.Optional {
		words = append(words, "may be left out")
	}
	if q.Declining {
		words = append(words, "may be declined")
	}
	return strings.Join(words, "; ")
}
