package study

import (
	"slices"
	"time"
	"unicode/utf8"
)

// Offering is a rule by which times are offered: on which days, between which times, at which stations. All times are those of
// the laboratory's clocks.
type Offering struct {
	First, Last Date           // the days, both included
	Weekdays    []time.Weekday // on which there are times; empty: on all
	LeftOut     []Date         // days without times, such as holidays
	Windows     []Window       // the parts of a day in which there are times, in their order
	Stations    []string       // people come to all of them at the same times
	Length      time.Duration  // of an appointment
	Gap         time.Duration  // at least so long a station stays free between two appointments
	MostADay    int            // so many appointments a day at most, over all stations; 0: as many as fit
}

// Window is a part of a day.
type Window struct{ From, To Clock }

// Bounds of a rule.
const (
	MaxOfferDays  = 366
	MaxOffered    = 500 // times that a rule may make
	maxWindows    = 4
	maxStations   = 20
	maxStation    = 40 // characters of a station's name
	MaxGap        = 4 * time.Hour
	maxMostADay   = 200
	minAppointing = time.Minute
)

// Faults returns what is wrong with o. The paths of the faults are first, last, weekdays, windows, stations, gap and most.
func (o Offering) Faults() []Fault {
	return found(func(f faults) {
		days := int(o.Last.utc().Sub(o.First.utc())/(24*time.Hour)) + 1
		f.unless(days > 0, "last", "the last day must not lie before the first, %s", o.First)
		f.unless(days <= MaxOfferDays, "last", "a rule may reach over %d days, not %d", MaxOfferDays, days)
		f.unless(days <= 0 || days > MaxOfferDays || o.days() != nil, "weekdays", "none of the days from %s to %s is one of these and not left out", o.First, o.Last)
		f.unless(len(o.Windows) > 0 && len(o.Windows) <= maxWindows, "windows", "a day has from 1 to %d parts with times, not %d", maxWindows, len(o.Windows))
		for i, w := range o.Windows {
			f.unless(i == 0 || w.From.Compare(o.Windows[i-1].To) >= 0, "windows", "the second part of the day begins at %s or later, when the first has ended", o.Windows[max(i-1, 0)].To)
		}
		f.unless(o.Length >= minAppointing, "length", "an appointment takes at least a minute")
		f.unless(o.Gap >= 0 && o.Gap <= MaxGap, "gap", "a gap is from 0 to %d minutes", int(MaxGap.Minutes()))
		f.unless(o.MostADay >= 0 && o.MostADay <= maxMostADay, "most", "a day may have from 1 to %d appointments; leave it empty for as many as fit", maxMostADay)
		o.checkStations(f)
	})
}

func (o Offering) checkStations(f faults) {
	f.unless(len(o.Stations) > 0, "stations", "name the place in 1 to %d characters", maxStation)
	f.unless(len(o.Stations) <= maxStations, "stations", "a rule may name up to %d stations, not %d", maxStations, len(o.Stations))
	for i, s := range o.Stations {
		f.unless(s != "" && utf8.RuneCountInString(s) <= maxStation, "stations", "name the place in 1 to %d characters", maxStation)
		f.unless(!slices.Contains(o.Stations[:i], s), "stations", "the station “%s” is there twice", s)
	}
}

// days returns the days on which there are times.
func (o Offering) days() (all []Date) {
	for d := o.First; d.Compare(o.Last) <= 0; d = d.Add(1) {
		if (len(o.Weekdays) == 0 || slices.Contains(o.Weekdays, d.Weekday())) && !slices.Contains(o.LeftOut, d) {
			all = append(all, d)
		}
	}
	return all
}

// Skipped is a beginning or an end of a window that clocks do not show on a day, because they are put forward over it. The window
// has no times on that day.
type Skipped struct {
	Date  Date
	Clock Clock
}

// Times returns the times that the rule makes in a zone, ordered by time and, at the same time, as the stations are. o must have no
// faults. It stops early, once there are more than MaxOffered.
//
// A window begins when clocks first show its beginning, and ends when they last show its end. In between real time passes: in a
// night that is an hour longer, more appointments fit.
func (o Offering) Times(in StudyID, zone *time.Location) (all []Slot, skipped []Skipped) {
	for _, d := range o.days() {
		if len(all) > MaxOffered {
			break
		}
		day, gone := o.day(d, in, zone)
		all, skipped = append(all, day...), append(skipped, gone...)
	}
	return all, skipped
}

// day returns the times of one day.
func (o Offering) day(d Date, in StudyID, zone *time.Location) (day []Slot, skipped []Skipped) {
	var free time.Time // from then on the stations may be used again
	for _, w := range o.Windows {
		t, _, begins := d.At(w.From, zone)
		_, end, ends := d.At(w.To, zone)
		if !begins {
			skipped = append(skipped, Skipped{d, w.From})
		} else if !ends {
			skipped = append(skipped, Skipped{d, w.To})
		}
		if !begins || !ends {
			continue
		}
		if t.Before(free) {
			t = free
		}
		for ; !t.Add(o.Length).After(end); t = t.Add(o.Length + o.Gap) {
			for _, station := range o.Stations {
				if o.MostADay > 0 && len(day) == o.MostADay {
					return day, skipped
				}
				day = append(day, Slot{Study: in, Station: station, StartsAt: t, EndsAt: t.Add(o.Length)})
			}
			free = t.Add(o.Length + o.Gap)
		}
	}
	return day, skipped
}

// Obstacle is why a time cannot be offered.
type Obstacle string

// The obstacles.
const (
	Begun    Obstacle = "begun"    // it has begun already
	Occupied Obstacle = "occupied" // another time, of any study, is at the station then
	Crowded  Obstacle = "crowded"  // other times, of any study, need all machines then
)

// Proposal is what a rule would put on offer.
type Proposal struct {
	Free    []Slot // what can be offered
	Blocked map[Obstacle][]Slot
	Skipped []Skipped
}

// Propose returns what o would put on offer at the moment now, in whose zone the laboratory is. there are all times of all studies
// that lie in the days of o; machines is how many can run at once.
func (o Offering) Propose(in StudyID, there []Slot, machines int, now time.Time) Proposal {
	all, skipped := o.Times(in, now.Location())
	p := Proposal{Blocked: map[Obstacle][]Slot{}, Skipped: skipped}
	for _, s := range all {
		if why := s.obstacle(slices.Concat(there, p.Free), machines, now); why != "" {
			p.Blocked[why] = append(p.Blocked[why], s)
		} else {
			p.Free = append(p.Free, s)
		}
	}
	return p
}

// obstacle returns why s cannot be offered beside others; empty if it can.
func (a Slot) obstacle(others []Slot, machines int, now time.Time) Obstacle {
	if a.StartsAt.Before(now) {
		return Begun
	}
	var beside []Slot
	for _, b := range others {
		if !a.Overlaps(b) {
			continue
		}
		if a.Station == b.Station {
			return Occupied
		}
		beside = append(beside, b)
	}
	if busiest(a, beside) >= machines {
		return Crowded
	}
	return ""
}

// busiest returns how many of the slots beside a are there at once while a is. Their number grows only when one begins.
func busiest(a Slot, beside []Slot) int {
	moments := []time.Time{a.StartsAt}
	for _, b := range beside {
		if b.StartsAt.After(a.StartsAt) {
			moments = append(moments, b.StartsAt)
		}
	}
	most := 0
	for _, t := range moments {
		n := 0
		for _, b := range beside {
			if b.covers(t) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// covers reports whether t lies in a.
func (a Slot) covers(t time.Time) bool { return !t.Before(a.StartsAt) && t.Before(a.EndsAt) }
