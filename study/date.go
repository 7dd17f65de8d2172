package study

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a day of the calendar. It belongs to no zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of t, in the zone of t.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// ParseDate reads a day as in 2026-03-31. It returns an ErrInvalid, with a sentence, if text is none.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Date{}, invalid("“%s” is not a date: write it as in 2026-03-31", text)
	}
	return DateOf(t), nil
}

// String writes d as in 2026-03-31.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Add returns the day so many days after d.
func (d Date) Add(days int) Date { return DateOf(d.utc().AddDate(0, 0, days)) }

// Compare returns -1 if d is before e, 0 if both are the same day, and 1 if d is after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// utc stands for d where only the calendar matters.
func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// Start returns the first moment of d in a zone. That is not always midnight: some zones put their clocks forward at
// midnight, and such a day begins at one o'clock.
func (d Date) Start(zone *time.Location) time.Time {
	noon := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, zone)
	t := time.Date(noon.Year(), noon.Month(), noon.Day(), 0, 0, 0, 0, zone)
	if t.Day() != noon.Day() {
		_, t = t.ZoneBounds()
	}
	return t
}

// Clock is a time of day to the minute, as clocks show it.
type Clock struct{ Hour, Minute int }

// ParseClock reads a time of day as in 14:30. It returns an ErrInvalid, with a sentence, if text is none.
func ParseClock(text string) (Clock, error) {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return Clock{}, invalid("“%s” is not a time: write it as in 14:30", text)
	}
	return Clock{t.Hour(), t.Minute()}, nil
}

// String writes c as in 14:30.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c.Hour, c.Minute) }

// Compare returns -1 if c is before o, 0 if they are the same time, and 1 if c is after o.
func (c Clock) Compare(o Clock) int {
	return cmp.Or(cmp.Compare(c.Hour, o.Hour), cmp.Compare(c.Minute, o.Minute))
}

// shows reports whether clocks show c on the day d at the moment t.
func (d Date) shows(c Clock, t time.Time) bool {
	return DateOf(t) == d && t.Hour() == c.Hour && t.Minute() == c.Minute
}

// At returns the first and the last moment of d at which the clocks of a zone show c. The two differ if clocks are put back and
// the hour comes twice. ok is false if clocks go forward and skip the time, or if the zone skips the whole day.
func (d Date) At(c Clock, zone *time.Location) (first, last time.Time, ok bool) {
	t := time.Date(d.Year, d.Month, d.Day, c.Hour, c.Minute, 0, 0, zone)
	if !d.shows(c, t) {
		return time.Time{}, time.Time{}, false
	}
	first, last = t, t
	begins, ends := t.ZoneBounds()
	_, mine := t.Zone()
	for _, other := range []time.Time{begins.Add(-1), ends} { // moments just before and after the present offset is in force
		if begins.IsZero() || ends.IsZero() {
			continue
		}
		_, theirs := other.Zone()
		twin := t.Add(time.Duration(mine-theirs) * time.Second)
		if !d.shows(c, twin) {
			continue
		}
		if twin.Before(first) {
			first = twin
		}
		if twin.After(last) {
			last = twin
		}
	}
	return first, last, true
}
