package study

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"vmstudy/study/instrument"
)

// Limits of a design. They keep a study within what one person can do in a day.
const (
	MaxTrials     = 200
	MaxLevels     = 24
	MinTrialLimit = 10 * time.Second
	MaxTrialLimit = 2 * time.Hour
	maxSetUp      = 4 * time.Hour

	maxCombinations = 10_000 // of levels, before some are left out
	maxRepetitions  = 50
	MaxTitle        = 200 // bytes
	maxText         = 20_000
)

// Faults returns everything that keeps d from being published, in the order of a study file.
func (d Design) Faults() []Fault { return found(d.check) }

// Validate returns the first of the Faults as an error of kind ErrInvalid, or nil.
func (d Design) Validate() error {
	all := d.Faults()
	if len(all) == 0 {
		return nil
	}
	return Refuse(ErrInvalid, "%s", d.Tell(all[0]))
}

// Tell returns the sentence of a fault of d for a place where its field cannot be seen: it names the network and the
// phase, if it is about one.
func (d Design) Tell(f Fault) string {
	i, rest, ok := cutItem(f.At, "networks")
	if !ok || i >= len(d.Networks) || rest == "name" {
		return f.Say
	}
	return "network " + d.Networks[i].Name + ": " + tellPhase(Fault{rest, f.Say})
}

func (d Design) check(f faults) {
	d.checkTexts(f)
	d.checkLanguages(f)
	d.checkImages(f)
	d.checkMethods(f)
	d.checkNetworks(f)
	d.checkTasks(f)
	d.checkFactors(f)
	d.checkGroups(f)
	if d.Countable() {
		d.checkPlan(f)
	}
	d.checkCrossover(f)
	d.checkVisits(f)
	d.checkQuestions(f)
	d.checkConduct(f)
	d.checkPreregistration(f)
	d.checkPreflight(f)
	d.checkLicence(f)
	d.checkGuests(f)
	n := d.combinations()
	if n <= maxCombinations {
		n = d.TrialsAtMost()
	}
	f.unless(n <= MaxTrials, "", "%d trials are more than %d: leave out some levels", n, MaxTrials)
}

func (d Design) checkTexts(f faults) {
	f.unless(!d.Title.Empty(), "title", "a title of 1 to %d characters is needed", MaxTitle)
	for _, l := range d.Title.Languages() {
		title := d.Title[l]
		f.unless(len(title) <= MaxTitle, d.at("title", l), "a title of 1 to %d characters is needed", MaxTitle)
		f.unless(isLine(title), d.at("title", l), "a title is one line of text")
	}
	f.unless(!d.Consent.Empty(), "consent", "a consent text is needed: a participant must know what they agree to")
	for at, w := range d.Wordings() {
		for _, l := range w.Languages() {
			f.unless(len((*w)[l]) <= maxText, d.at(at, l), "a text is longer than %d characters", maxText)
		}
	}
	f.unless(d.Appliance != "", "appliance", "choose the appliance that the desktops are made from")
}

// isLine reports whether s has no line breaks, tabs or other control characters: a field of one line cannot have them.
func isLine(s string) bool { return !strings.ContainsFunc(s, unicode.IsControl) }

func (d Design) checkNetworks(f faults) {
	for _, a := range d.Methods {
		if a.Method.Networked() {
			f.unless(len(d.Networks) > 0, "networks", "access method %s passes a network: add at least one", a.Level())
		}
	}
	if !f.unless(len(d.Networks) <= MaxLevels, "networks", "a factor has more than %d levels", MaxLevels) {
		return
	}
	seen := map[string]bool{}
	for i, n := range d.Networks {
		f := f.within(item("networks", i))
		f.unless(n.Name != "" && len(n.Name) <= maxNetworkName && !seen[n.Name], "name", "network %q needs a name of 1 to %d characters that no other has", n.Name, maxNetworkName)
		f.unless(isLine(n.Name), "name", "a name is one line of text")
		seen[n.Name] = true
		n.Network.check(f)
		f.unless(!n.Network.Outage, "outage", "nothing passes it: let an outage be a phase")
	}
}

// checkPlan checks which combinations are done, how often and in what order.
func (d Design) checkPlan(f faults) {
	all := d.Combinations()
	for i, code := range d.LeaveOut {
		f.unless(indexOf(all, code) >= 0, item("leave_out", i), "there is no combination %q to leave out", code)
	}
	left := d.Conditions()
	f.unless(len(left) > 0 || len(all) == 0, "leave_out", "every combination is left out")
	for i, g := range d.Groups {
		f.unless(len(left) == 0 || len(d.For(g.Name).Conditions()) > 0, item("groups", i), "group %q has no condition: all of its combinations are left out", g.Name)
	}
	for i, code := range d.First {
		f.unless(indexOf(left, code) >= 0 && !slices.Contains(d.First[:i], code), item("first", i), "condition %q is none of this study or there twice", code)
	}
	f.unless(d.Repetitions >= 0 && d.Repetitions <= maxRepetitions, "repetitions", "each condition is done 1 to %d times", maxRepetitions)
	f.unless(d.Blocks.By == NoFactor || slices.Contains(d.FactorNames(), d.Blocks.By), "blocks.by", "blocks are cut by method, network, task or a factor of the study")
	f.unless(d.Blocks.By == NoFactor || d.Blocks.Order.Valid(), "blocks.order", "choose how the order of blocks varies between participants")
	f.unless(d.Blocks.By != NoFactor || d.Blocks.Order == "", "blocks.by", "choose by what the blocks are cut")
	f.unless(d.InARow >= 0 && (d.InARow == 0 || d.Order == Random), "in_a_row", "how many in a row can be limited for a random order only")
	if d.InARow > 0 && d.Order == Random {
		for _, b := range d.cut(d.unfixed()) {
			f.unless(possible(b, d.InARow), "in_a_row", "there is no order in which at most %d trials with one access method follow each other", d.InARow)
		}
	}
}

// maxAsked is how many instruments may be asked at one moment, and how many a study may have.
const maxAsked = 50

func (d Design) checkQuestions(f faults) {
	d.checkOccasions(f)
	if !f.unless(len(d.Questionnaires) <= maxAsked, "questionnaires", "%d questionnaires are more than %d", len(d.Questionnaires), maxAsked) {
		return
	}
	sound := true
	for i, in := range d.Questionnaires {
		for _, fault := range in.Check() {
			sound = f.within(item("questionnaires", i)).unless(false, fault.At, "%s", fault.Say)
		}
	}
	if !sound {
		return
	}
	for _, fault := range instrument.CheckTogether(d.Questionnaires) {
		f.unless(false, "questionnaires"+fault.At, "%s", fault.Say)
	}
}

func (d Design) checkConduct(f faults) {
	f.unless(d.Order.Valid(), "order", "order %q is unknown", d.Order)
	f.unless(d.TrialLimit >= MinTrialLimit && d.TrialLimit <= MaxTrialLimit, "limit_s",
		"the time limit of a trial must be from %g to %g s", MinTrialLimit.Seconds(), MaxTrialLimit.Seconds())
	d.checkPauses(f)
	f.unless(d.SetUp >= 0 && d.SetUp <= maxSetUp, "set_up_min", "set-up time must be from 0 to %g minutes", maxSetUp.Minutes())
	f.unless(d.Record.Valid(), "record", "whether to record must be one of never, ask, always")
}
