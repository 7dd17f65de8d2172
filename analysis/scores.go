package analysis

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"vmstudy/analysis/report"
	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// instruments are those that a study may ask.
type instruments []instrument.Instrument

func (all instruments) find(id string) (instrument.Instrument, bool) {
	i := slices.IndexFunc(all, func(in instrument.Instrument) bool { return in.ID == id })
	if i < 0 {
		return instrument.Instrument{}, false
	}
	return all[i], true
}

// of returns the instruments that a design asks after every trial.
func (all instruments) of(d study.Design) []instrument.Instrument { return all.named(d.Instruments) }

// named returns the instruments with these ids.
func (all instruments) named(ids []string) (asked []instrument.Instrument) {
	for _, id := range ids {
		if in, ok := all.find(id); ok {
			asked = append(asked, in)
		}
	}
	return asked
}

// score turns the collected answers into values of measures.
func (g *gathering) score() {
	sound := map[answered][]study.Answer{}
	for _, key := range g.order {
		in, known := g.out.asked.find(key.instrument)
		if key.trial != 0 && !key.apart && !key.left && (!known || g.byCode[key.code] == nil) {
			g.odd(key.participant, key.position, "this program has no instrument %s: its answers are in the export only", key.instrument)
		}
		if !known {
			continue
		}
		good, odd := in.Part(g.answers[key])
		for _, o := range odd {
			if key.left {
				break
			}
			g.odd(key.participant, key.position, "%s: %s is “%s”, and %s", key.instrument, o.Item, o.Value, o.Why)
		}
		sound[key] = good
		g.answered(key, in, good)
	}
	common := share(g.out.asked, g.order, sound)
	for _, key := range g.order {
		in, known := g.out.asked.find(key.instrument)
		c := g.byCode[key.code]
		if !known || c == nil || key.trial == 0 || key.apart || key.left {
			continue
		}
		for _, s := range in.Scores(sound[key], common.with(key)) {
			id := key.instrument + "." + s.ID
			c.ratings[id] = append(c.ratings[id], stat.Observation{Participant: key.participant, Value: s.Value})
			g.trials[key.trial].Values[report.Asked{Instrument: key.instrument, ID: s.ID}] = s.Value
		}
	}
}

// answered keeps the answers to questions about the person, and to numeric questions about a trial that counts.
func (g *gathering) answered(key answered, in instrument.Instrument, given []study.Answer) {
	t := g.trials[key.trial]
	if v := g.visitOf[key.participant]; v != nil && key.trial == 0 && in.ID == g.version.Design.About {
		for _, a := range given {
			v.About[a.Item] = a.Value
		}
	}
	if t == nil || key.apart {
		return
	}
	for _, a := range given {
		q, _ := in.Question(a.Item)
		if v, err := strconv.ParseFloat(a.Value, 64); err == nil && q.Numeric() {
			t.Answers[report.Asked{Instrument: in.ID, ID: a.Item}] = v
		}
	}
}

// shared are scores that measures of other instruments read, by whom they belong to and by what they are about.
type shared map[owner]map[string]float64

// An owner has scores: a person in one trial, with one task, or, with neither, all along.
type owner struct {
	participant string
	trial       study.TrialID
	task        string
}

// share collects, in the order of keys, the scores of those instruments that others read.
func share(asked instruments, keys []answered, sound map[answered][]study.Answer) shared {
	read := map[string]bool{}
	for _, in := range asked {
		for _, name := range in.Elsewhere() {
			id, _, _ := strings.Cut(name, ".")
			read[id] = true
		}
	}
	all := shared{}
	for _, key := range keys {
		in, known := asked.find(key.instrument)
		if !known || !read[in.ID] {
			continue
		}
		owners := []owner{{participant: key.participant}}
		if key.trial != 0 {
			owners = []owner{{participant: key.participant, trial: key.trial}, {participant: key.participant, task: key.task}}
		}
		for _, s := range in.Scores(sound[key], nil) {
			for _, o := range owners {
				if all[o] == nil {
					all[o] = map[string]float64{}
				}
				all[o][in.ID+"."+s.ID] = s.Value
			}
		}
	}
	return all
}

// with returns the scores that an instrument answered about a trial can read: those of the same trial come before those of
// another trial with the same task, and these before those that are about no trial.
func (all shared) with(key answered) map[string]float64 {
	scores := map[string]float64{}
	for _, o := range []owner{{participant: key.participant}, {participant: key.participant, task: key.task}, {participant: key.participant, trial: key.trial}} {
		maps.Copy(scores, all[o])
	}
	return scores
}
