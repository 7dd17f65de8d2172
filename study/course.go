package study

import "time"

// Course is how far somebody has come with their visits, as far as that decides about appointments. The zero Course is that of somebody who has not begun.
type Course struct {
	Began  []time.Time // when each visit began that has begun
	Visit  int         // in which they are or, between two, which comes next; counted from 1, and 0 is 1
	Visits int         // for how many they come; 0 if nobody knows yet
	Back   time.Time   // the earliest moment at which the next visit may begin; zero if it may at once, or has begun
	Out    bool        // somebody has said that they take no part any more; of those who come once that is not looked at
	Kept   time.Time   // until when their place is kept; zero if no further visit depends on that
}

// Course derives how far s has come. Of a study of one visit only its beginning is looked at, so that a store need not read the trials.
func (s Session) Course() Course {
	d := s.Version.Design
	if len(d.Visits) == 0 || s.TurnedAway {
		return OneVisit(s.StartedAt)
	}
	c := Course{Began: []time.Time{s.StartedAt}, Visit: s.Visit(), Visits: d.VisitCount(), Out: s.Assignment.Out(), Kept: s.Assignment.KeptUntil()}
	if n := len(s.Trials); n > 0 { // a group may have fewer
		c.Visits = d.VisitOf(s.Trials[n-1].Position)
		c.Visit = min(c.Visit, c.Visits)
	}
	if !s.Assignment.Taken() {
		c.Kept = s.StartedAt.Add(Lease)
	}
	for i, t := range s.Trials {
		v, first := s.returnsBefore(i)
		began := t.began()
		if first && !began.IsZero() {
			c.Began = append(c.Began, began)
		} else if first && d.VisitOf(t.Position) == c.Visit && v.Apart > 0 {
			c.Back = s.Trials[i-1].Last().EndedAt.Add(v.Apart)
		}
	}
	return c
}

// OneVisit is the course of somebody who comes once and began at that moment.
func OneVisit(began time.Time) Course {
	return Course{Began: []time.Time{began}, Visit: 1, Visits: 1}
}

// began returns when the participant went on to t: when they left the page before it or, where there was none, asked for its desktop. It is the zero
// time if they have not.
func (t Trial) began() time.Time {
	if t.ReadyAt.IsZero() && len(t.Attempts) > 0 {
		return t.Attempts[0].AskedAt
	}
	return t.ReadyAt
}

// visit is Visit, from 1.
func (c Course) visit() int { return max(1, c.Visit) }

// Begun reports whether the visit c.Visit has begun, so that there is nothing to make an appointment for. After the last visit that is so, too.
func (c Course) Begun() bool { return len(c.Began) >= c.visit() }

// Final reports whether the last visit has begun.
func (c Course) Final() bool { return len(c.Began) >= max(1, c.Visits) }

// Between reports whether they have begun, and the next visit has not.
func (c Course) Between() bool { return len(c.Began) > 0 && !c.Begun() }

// beganAt returns when a visit began, counted from 1; the zero time if it has not.
func (c Course) beganAt(visit int) time.Time {
	if visit > len(c.Began) {
		return time.Time{}
	}
	return c.Began[max(1, visit)-1]
}
