package study

import "time"

// How long the parts of a session take, for Estimate. The figures are rough on purpose.
const (
	timeToConsent = 4 * time.Minute // consent, about you, debrief
	timeToLoad    = 20 * time.Second
	timeToRate    = 20 * time.Second // one instrument
	timeToRest    = time.Minute
	shareOfLimit  = 0.6 // an average trial takes this share of its time limit
)

// Estimate returns about how long one participant will take for all visits together, without the set-up.
func (d Design) Estimate() (total time.Duration) {
	for _, takes := range d.EstimatedVisits() {
		total += takes
	}
	return total
}

// EstimatedVisits returns about how long one participant will take for each visit, without the set-up.
func (d Design) EstimatedVisits() []time.Duration {
	if len(d.Visits) == 0 || !d.Countable() {
		return []time.Duration{d.estimatedAtOnce().Round(time.Minute)}
	}
	all := make([]time.Duration, d.VisitCount())
	all[0] = timeToConsent + time.Duration(len(d.Screening)+len(d.Opening))*timeToRate
	all[len(all)-1] += time.Duration(len(d.Closing)) * timeToRate
	s := Session{Version: Version{Design: d}, Trials: d.firstTrials()}
	for i, t := range s.Trials {
		visit := d.VisitOf(t.Position) - 1
		all[visit] += d.timeOfTrial() + time.Duration(len(s.askedAfter(i)))*timeToRate
		if s.pausesBefore(i) {
			all[visit] += max(timeToRest, d.PauseLeast)
		}
	}
	for i := range all {
		all[i] = all[i].Round(time.Minute)
	}
	return all
}

// timeOfTrial is how long the desktop of a trial takes.
func (d Design) timeOfTrial() time.Duration {
	return timeToLoad + time.Duration(shareOfLimit*float64(d.TrialLimit))
}

// estimatedAtOnce is the estimate for a single visit. It needs no plan, so that a design which is not complete has one, too.
func (d Design) estimatedAtOnce() time.Duration {
	n := d.TrialsAtMost()
	total := timeToConsent + time.Duration(n)*(d.timeOfTrial()+time.Duration(len(d.Instruments))*timeToRate)
	for _, o := range []Occasion{AtScreening, AfterPractice, AfterVisit, AtEnd} {
		total += time.Duration(len(d.AskedAt(o))) * timeToRate
	}
	total += time.Duration(len(d.Opening)) * timeToRate
	if len(d.AfterBlock) > 0 && d.Countable() {
		total += time.Duration(len(d.cut(d.unfixed()))*d.rounds()*len(d.AfterBlock)) * timeToRate
	}
	if d.Practice != nil {
		total += d.timeOfTrial()
	}
	return total + time.Duration(d.pauses())*max(timeToRest, d.PauseLeast)
}

// pauses returns how many pauses there are at most. One that is due for two reasons counts twice.
func (d Design) pauses() (n int) {
	for _, g := range d.Groups {
		n = max(n, d.For(g.Name).pauses())
	}
	if len(d.Groups) > 0 {
		return n
	}
	if d.PauseEvery > 0 {
		n = max(0, d.TrialsAtMost()-1) / d.PauseEvery
	}
	if d.Blocks.Pause && d.Countable() {
		n += max(0, len(d.cut(d.unfixed()))*d.rounds()-1)
	}
	return n
}
