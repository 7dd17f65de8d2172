package page

import (
	"fmt"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/view"
)

// This file writes times for people. Pages show times in the laboratory's zone, which is the zone
// of Config.Now. They name the zone as it is at the time that they show: a slot in July is in CEST,
// even if it is offered in November.

// Local returns t in the laboratory's time zone.
func (s *Site) Local(t time.Time) time.Time { return t.In(s.Now().Location()) }

// Moment writes t to the second, with its zone; "" for the zero time.
func (s *Site) Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = s.Local(t)
	return t.Format("2 Jan 2006 15:04:05 ") + ZoneName(t)
}

// Day writes the date of t, with the zone in which it is that date.
func (s *Site) Day(t time.Time) string {
	t = s.Local(t)
	return t.Format("2 Jan 2006 ") + ZoneName(t)
}

// Span writes when something begins and ends, in the laboratory's zone. On a day when the clocks
// change it also names the zone, because an hour may come twice.
func (s *Site) Span(from, to time.Time) view.Span {
	from, to = s.Local(from), s.Local(to)
	v := view.Span{From: timeOfDay(from), To: timeOfDay(to)}
	day := func(days int) string {
		return ZoneName(study.DateOf(from).Add(days).Start(from.Location()))
	}
	if day(0) == day(1) {
		return v
	}
	if ZoneName(from) != ZoneName(to) {
		v.From.Text += " " + ZoneName(from)
	}
	v.To.Text += " " + ZoneName(to)
	return v
}

func timeOfDay(t time.Time) view.ClockTime {
	return view.ClockTime{Text: t.Format("15:04"), Machine: t.Format(time.RFC3339)}
}

// DayName writes the date of t in English.
func DayName(t time.Time) string { return catalogue.English.Day(t) }

// ZoneName returns the abbreviation of t's zone at time t, such as CEST. For a zone that has only a
// number it returns zoneOffset.
func ZoneName(t time.Time) string {
	name, _ := t.Zone()
	if name == "" || strings.ContainsAny(name, "+-0123456789") {
		return zoneOffset(t)
	}
	return name
}

// zoneOffset returns how far t's zone is from UTC at time t, such as UTC+5:30.
func zoneOffset(t time.Time) string {
	_, seconds := t.Zone()
	sign, minutes := "+", seconds/60
	switch {
	case minutes == 0:
		return "UTC"
	case minutes < 0:
		sign, minutes = "−", -minutes
	}
	if minutes%60 == 0 {
		return fmt.Sprintf("UTC%s%d", sign, minutes/60)
	}
	return fmt.Sprintf("UTC%s%d:%02d", sign, minutes/60, minutes%60)
}

// ZoneInWords names the zone of t for people who may live in another one, such as "Europe/Berlin,
// CEST, UTC+2".
func ZoneInWords(t time.Time) string {
	var names []string
	place := t.Location().String()
	if _, offset := t.Zone(); offset == 0 && strings.HasPrefix(place, "Etc/") {
		place = "" // Etc/UTC is no place
	}
	for _, name := range []string{place, ZoneName(t), zoneOffset(t)} {
		if name != "" && name != "Local" && (len(names) == 0 || names[len(names)-1] != name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// ZonesInWords names the zone of all slots in one line, or both zones if the clocks change between
// two slots.
func (s *Site) ZonesInWords(slots []study.Slot) string {
	var names []string
	seen := map[string]bool{}
	for _, slot := range slots {
		if name := ZoneInWords(s.Local(slot.StartsAt)); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ZoneInWords(s.Now())
	}
	return strings.Join(names, " and ")
}

// Days groups slots by the day on which they begin. They must be sorted by time.
func (s *Site) Days(say catalogue.Tongue, slots []study.Slot, titles map[study.StudyID]string) []view.SlotDay {
	var days []view.SlotDay
	for _, slot := range slots {
		name := say.Day(s.Local(slot.StartsAt))
		if len(days) == 0 || days[len(days)-1].Name != name {
			days = append(days, view.SlotDay{Name: name, Zone: ZoneInWords(s.Local(slot.StartsAt))})
		}
		day := &days[len(days)-1]
		day.Slots = append(day.Slots, view.Slot{
			ID: int64(slot.ID), StudyID: int64(slot.Study), Study: titles[slot.Study], Station: slot.Station, Code: slot.Code,
			Time: s.Span(slot.StartsAt, slot.EndsAt),
		})
	}
	return days
}
