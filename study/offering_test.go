package study_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
)

func date(text string) study.Date {
	d, err := study.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func clock(text string) study.Clock {
	c, err := study.ParseClock(text)
	if err != nil {
		panic(err)
	}
	return c
}

// window is written as in 09:00-12:00.
func window(text string) study.Window {
	from, to, _ := strings.Cut(text, "-")
	return study.Window{From: clock(from), To: clock(to)}
}

// weekly offers an hour each, from 9 to 12 on the days from Monday, 16 March 2026, to Sunday, 22 March.
func weekly() study.Offering {
	return study.Offering{
		First: date("2026-03-16"), Last: date("2026-03-22"), Windows: []study.Window{window("09:00-12:00")}, Stations: []string{"1"}, Length: time.Hour,
	}
}

// written writes times as in "Mon 16 09:00 1".
func written(all []study.Slot) (lines []string) {
	for _, s := range all {
		lines = append(lines, s.StartsAt.Format("Mon 2 15:04 ")+s.Station)
	}
	return lines
}

func TestARuleMakesTimes(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*study.Offering)
		want   []string
	}{
		"one day, as many as fit": {
			func(o *study.Offering) { o.Last = o.First },
			[]string{"Mon 16 09:00 1", "Mon 16 10:00 1", "Mon 16 11:00 1"},
		},
		"on some weekdays": {
			func(o *study.Offering) {
				o.Weekdays, o.Length = []time.Weekday{time.Friday, time.Tuesday}, 2*time.Hour
			},
			[]string{"Tue 17 09:00 1", "Fri 20 09:00 1"},
		},
		"not on a holiday": {
			func(o *study.Offering) {
				o.Weekdays, o.Length, o.LeftOut = []time.Weekday{time.Friday, time.Tuesday}, 2*time.Hour, []study.Date{date("2026-03-20")}
			},
			[]string{"Tue 17 09:00 1"},
		},
		"at several stations at once": {
			func(o *study.Offering) { o.Last, o.Length, o.Stations = o.First, 90*time.Minute, []string{"B", "A"} },
			[]string{"Mon 16 09:00 B", "Mon 16 09:00 A", "Mon 16 10:30 B", "Mon 16 10:30 A"},
		},
		"with a gap, so that one less fits": {
			func(o *study.Offering) { o.Last, o.Gap = o.First, 15*time.Minute },
			[]string{"Mon 16 09:00 1", "Mon 16 10:15 1"},
		},
		"so many a day, over all stations": {
			func(o *study.Offering) { o.Last, o.MostADay, o.Stations = date("2026-03-17"), 3, []string{"A", "B"} },
			[]string{"Mon 16 09:00 A", "Mon 16 09:00 B", "Mon 16 10:00 A", "Tue 17 09:00 A", "Tue 17 09:00 B", "Tue 17 10:00 A"},
		},
		"before and after noon": {
			func(o *study.Offering) {
				o.Last, o.Windows = o.First, []study.Window{window("10:30-12:00"), window("13:00-15:30")}
			},
			[]string{"Mon 16 10:30 1", "Mon 16 13:00 1", "Mon 16 14:00 1"},
		},
		"a gap reaches from one part of the day into the next": {
			func(o *study.Offering) {
				o.Last, o.Gap, o.Windows = o.First, 30*time.Minute, []study.Window{window("09:00-10:00"), window("10:00-12:00")}
			},
			[]string{"Mon 16 09:00 1", "Mon 16 10:30 1"},
		},
		"none, where none fits": {func(o *study.Offering) { o.Length = 4 * time.Hour }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			o := weekly()
			tt.change(&o)
			if faults := o.Faults(); faults != nil {
				t.Fatalf("the rule has faults: %v", faults)
			}
			got, skipped := o.Times(1, time.UTC)
			if diff := cmp.Diff(tt.want, written(got)); diff != "" || skipped != nil {
				t.Errorf("times (-want +got):\n%s\nskipped: %v", diff, skipped)
			}
		})
	}
}

func TestARuleKnowsWhenClocksAreChanged(t *testing.T) {
	for name, tt := range map[string]struct {
		zone, day, window string
		times             int // of an hour
		first, last       string
		skipped           string
	}{
		"an ordinary night":                   {"Europe/Berlin", "2026-03-28", "00:00-05:00", 5, "2026-03-28T00:00:00+01:00", "2026-03-28T04:00:00+01:00", ""},
		"a night that is an hour shorter":     {"Europe/Berlin", "2026-03-29", "00:00-05:00", 4, "2026-03-29T00:00:00+01:00", "2026-03-29T04:00:00+02:00", ""},
		"a night that is an hour longer":      {"Europe/Berlin", "2026-10-25", "00:00-05:00", 6, "2026-10-25T00:00:00+02:00", "2026-10-25T04:00:00+01:00", ""},
		"an hour that comes twice":            {"Europe/Berlin", "2026-10-25", "02:00-03:00", 2, "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", ""},
		"a beginning that is skipped":         {"Europe/Berlin", "2026-03-29", "02:30-05:00", 0, "", "", "2026-03-29 02:30"},
		"an end that is skipped":              {"Europe/Berlin", "2026-03-29", "00:00-02:30", 0, "", "", "2026-03-29 02:30"},
		"half an hour more":                   {"Australia/Lord_Howe", "2026-04-05", "01:00-03:30", 3, "2026-04-05T01:00:00+11:00", "2026-04-05T02:30:00+10:30", ""},
		"half an hour less":                   {"Australia/Lord_Howe", "2026-10-04", "01:00-03:30", 2, "2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00", ""},
		"a midnight that is skipped":          {"Africa/Cairo", "2026-04-24", "00:00-03:00", 0, "", "", "2026-04-24 00:00"},
		"the day of a change, after it":       {"America/Santiago", "2026-09-06", "09:00-11:00", 2, "2026-09-06T09:00:00-03:00", "2026-09-06T10:00:00-03:00", ""},
		"a day that a zone has skipped whole": {"Pacific/Apia", "2011-12-30", "09:00-11:00", 0, "", "", "2011-12-30 09:00"},
	} {
		t.Run(name, func(t *testing.T) {
			o := weekly()
			o.First, o.Last, o.Windows = date(tt.day), date(tt.day), []study.Window{window(tt.window)}
			got, skipped := o.Times(1, zoned(t, tt.zone))
			if len(got) != tt.times {
				t.Fatalf("%d times, want %d: %v", len(got), tt.times, written(got))
			}
			if tt.times > 0 && (got[0].StartsAt.Format(time.RFC3339) != tt.first || got[tt.times-1].StartsAt.Format(time.RFC3339) != tt.last) {
				t.Errorf("from %v to %v, want %s to %s", got[0].StartsAt, got[tt.times-1].StartsAt, tt.first, tt.last)
			}
			var gone string
			for _, s := range skipped {
				gone += s.Date.String() + " " + s.Clock.String()
			}
			if gone != tt.skipped {
				t.Errorf("skipped are %q, want %q", gone, tt.skipped)
			}
		})
	}
}

func TestARuleThatCannotBeIsRefusedAtItsField(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*study.Offering)
		at     string
	}{
		"ends before it begins":                  {func(o *study.Offering) { o.Last = o.First.Add(-1) }, "last"},
		"reaches over two years":                 {func(o *study.Offering) { o.Last = o.First.Add(730) }, "last"},
		"ends in the year 9999":                  {func(o *study.Offering) { o.Last = date("9999-12-31") }, "last"},
		"has none of its weekdays":               {func(o *study.Offering) { o.Last, o.Weekdays = o.First, []time.Weekday{time.Sunday} }, "weekdays"},
		"leaves all of its days out":             {func(o *study.Offering) { o.Last, o.LeftOut = o.First, []study.Date{o.First} }, "weekdays"},
		"has no part of a day":                   {func(o *study.Offering) { o.Windows = nil }, "windows"},
		"has parts of a day that overlap":        {func(o *study.Offering) { o.Windows = append(o.Windows, window("11:30-13:00")) }, "windows"},
		"has no station":                         {func(o *study.Offering) { o.Stations = nil }, "stations"},
		"has a station without a name":           {func(o *study.Offering) { o.Stations = []string{"A", ""} }, "stations"},
		"has a station with a long name":         {func(o *study.Offering) { o.Stations = []string{strings.Repeat("ä", 41)} }, "stations"},
		"has a station twice":                    {func(o *study.Offering) { o.Stations = []string{"A", "B", "A"} }, "stations"},
		"has more stations than a room has room": {func(o *study.Offering) { o.Stations = strings.Split(strings.Repeat("x", 21), "") }, "stations"},
		"has a gap of a day":                     {func(o *study.Offering) { o.Gap = 24 * time.Hour }, "gap"},
		"has a gap of less than nothing":         {func(o *study.Offering) { o.Gap = -time.Minute }, "gap"},
		"has less than none a day":               {func(o *study.Offering) { o.MostADay = -1 }, "most"},
		"has appointments of no length":          {func(o *study.Offering) { o.Length = 0 }, "length"},
	} {
		o := weekly()
		tt.change(&o)
		if faults := o.Faults(); len(faults) != 1 || faults[0].At != tt.at || faults[0].Say == "" {
			t.Errorf("a rule that %s: %v, want one fault at %s", name, faults, tt.at)
		}
	}
	long := weekly()
	long.Stations = []string{strings.Repeat("ä", 40)}
	if faults := long.Faults(); faults != nil {
		t.Errorf("a station with a name of 40 characters: %v", faults)
	}
}

func TestATimeIsOfferedOnce(t *testing.T) {
	at := func(station, from, to string) study.Slot {
		day := date("2026-03-16")
		starts, _, _ := day.At(clock(from), time.UTC)
		ends, _, _ := day.At(clock(to), time.UTC)
		return study.Slot{Study: 9, Station: station, StartsAt: starts, EndsAt: ends}
	}
	early := time.Date(2026, 3, 16, 8, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		there    []study.Slot
		now      time.Time
		stations []string
		free     []string
		blocked  map[study.Obstacle][]string
	}{
		"beside nothing":                      {nil, early, []string{"1"}, []string{"Mon 16 09:00 1", "Mon 16 10:00 1", "Mon 16 11:00 1"}, nil},
		"beside the same rule":                {[]study.Slot{at("1", "09:00", "10:00"), at("1", "10:00", "11:00"), at("1", "11:00", "12:00")}, early, []string{"1"}, nil, map[study.Obstacle][]string{study.Occupied: {"Mon 16 09:00 1", "Mon 16 10:00 1", "Mon 16 11:00 1"}}},
		"beside one that reaches over two":    {[]study.Slot{at("1", "09:45", "10:15")}, early, []string{"1"}, []string{"Mon 16 11:00 1"}, map[study.Obstacle][]string{study.Occupied: {"Mon 16 09:00 1", "Mon 16 10:00 1"}}},
		"beside one that ends as it begins":   {[]study.Slot{at("1", "08:00", "09:00")}, early, []string{"1"}, []string{"Mon 16 09:00 1", "Mon 16 10:00 1", "Mon 16 11:00 1"}, nil},
		"beside one at another station":       {[]study.Slot{at("2", "09:00", "12:00")}, early, []string{"1"}, []string{"Mon 16 09:00 1", "Mon 16 10:00 1", "Mon 16 11:00 1"}, nil},
		"while all machines are needed":       {[]study.Slot{at("2", "09:30", "10:30"), at("3", "09:30", "09:45"), at("4", "10:00", "10:30")}, early, []string{"1"}, []string{"Mon 16 11:00 1"}, map[study.Obstacle][]string{study.Crowded: {"Mon 16 09:00 1", "Mon 16 10:00 1"}}},
		"while they are needed in turn":       {[]study.Slot{at("2", "09:00", "09:30"), at("3", "09:30", "10:00")}, early, []string{"1"}, []string{"Mon 16 09:00 1", "Mon 16 10:00 1", "Mon 16 11:00 1"}, nil},
		"at more stations than machines":      {nil, early.Add(150 * time.Minute), []string{"1", "2", "3"}, []string{"Mon 16 11:00 1", "Mon 16 11:00 2"}, map[study.Obstacle][]string{study.Crowded: {"Mon 16 11:00 3"}, study.Begun: {"Mon 16 09:00 1", "Mon 16 09:00 2", "Mon 16 09:00 3", "Mon 16 10:00 1", "Mon 16 10:00 2", "Mon 16 10:00 3"}}},
		"when some have begun":                {nil, early.Add(time.Hour + time.Minute), []string{"1"}, []string{"Mon 16 10:00 1", "Mon 16 11:00 1"}, map[study.Obstacle][]string{study.Begun: {"Mon 16 09:00 1"}}},
		"when all have begun, a day too late": {nil, early.AddDate(0, 0, 1), []string{"1"}, nil, map[study.Obstacle][]string{study.Begun: {"Mon 16 09:00 1", "Mon 16 10:00 1", "Mon 16 11:00 1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			o := weekly()
			o.Last, o.Stations = o.First, tt.stations
			p := o.Propose(1, tt.there, 2, tt.now)
			blocked := map[study.Obstacle][]string{}
			for why, all := range p.Blocked {
				blocked[why] = written(all)
			}
			if tt.blocked == nil {
				tt.blocked = map[study.Obstacle][]string{}
			}
			if diff := cmp.Diff(tt.free, written(p.Free)) + cmp.Diff(tt.blocked, blocked); diff != "" {
				t.Errorf("free and blocked (-want +got):\n%s", diff)
			}
		})
	}
}

// anOffering draws a rule without faults.
func anOffering(t *rapid.T) study.Offering {
	first := date("2026-03-01").Add(rapid.IntRange(0, 300).Draw(t, "first"))
	o := study.Offering{
		First: first, Last: first.Add(rapid.IntRange(0, 20).Draw(t, "days")),
		Length:   time.Duration(rapid.IntRange(5, 200).Draw(t, "length")) * time.Minute,
		Gap:      time.Duration(rapid.IntRange(0, 60).Draw(t, "gap")) * time.Minute,
		MostADay: rapid.IntRange(0, 9).Draw(t, "most"),
		Stations: []string{"A", "B", "C"}[:rapid.IntRange(1, 3).Draw(t, "stations")],
	}
	for d := range 7 {
		if rapid.Bool().Draw(t, "weekday") {
			o.Weekdays = append(o.Weekdays, time.Weekday(d))
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "left out") {
		o.LeftOut = append(o.LeftOut, first.Add(rapid.IntRange(0, 20).Draw(t, "holiday")))
	}
	noon := rapid.IntRange(60, 1380).Draw(t, "noon")
	at := func(from, to int) study.Clock {
		m := rapid.IntRange(from, to).Draw(t, "minute")
		return study.Clock{Hour: m / 60, Minute: m % 60}
	}
	o.Windows = []study.Window{{From: at(0, 59), To: at(60, noon)}}
	if rapid.Bool().Draw(t, "second window") {
		o.Windows = append(o.Windows, study.Window{From: at(noon, noon+30), To: at(noon+31, 1439)})
	}
	return o
}

func TestWhateverTheRuleItsTimesKeepIt(t *testing.T) {
	zones := []string{"Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		o := anOffering(t)
		if len(o.Faults()) > 0 {
			t.Skip("no day is left")
		}
		zone := zoned(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		all, _ := o.Times(7, zone)
		if len(all) > study.MaxOffered {
			t.Skip("more than a rule may make")
		}
		perDay := map[study.Date]int{}
		last := map[string]study.Slot{}
		for i, s := range all {
			day := study.DateOf(s.StartsAt)
			perDay[day]++
			if i > 0 && s.StartsAt.Before(all[i-1].StartsAt) {
				t.Fatalf("%v comes after %v", s, all[i-1])
			}
			if b, ok := last[s.Station]; ok && s.StartsAt.Before(b.EndsAt) || ok && study.DateOf(b.StartsAt) == day && s.StartsAt.Before(b.EndsAt.Add(o.Gap)) {
				t.Fatalf("at %s, %v begins before %v has ended and the gap of %v has passed", s.Station, s.StartsAt, b.EndsAt, o.Gap)
			}
			last[s.Station] = s
			within := func(w study.Window) bool {
				from, _, begins := day.At(w.From, zone)
				_, to, ends := day.At(w.To, zone)
				return begins && ends && !s.StartsAt.Before(from) && !s.EndsAt.After(to)
			}
			switch {
			case s.Study != 7 || s.EndsAt.Sub(s.StartsAt) != o.Length:
				t.Fatalf("%v is no appointment of %v", s, o.Length)
			case !slices.ContainsFunc(o.Windows, within):
				t.Fatalf("%v to %v is in none of %v", s.StartsAt, s.EndsAt, o.Windows)
			case slices.Contains(o.LeftOut, day) || day.Compare(o.First) < 0 || day.Compare(o.Last) > 0:
				t.Fatalf("%s is left out, or not from %s to %s", day, o.First, o.Last)
			case len(o.Weekdays) > 0 && !slices.Contains(o.Weekdays, day.Weekday()):
				t.Fatalf("%s is a %s", day, day.Weekday())
			case o.MostADay > 0 && perDay[day] > o.MostADay:
				t.Fatalf("%s has more than %d", day, o.MostADay)
			}
		}
	})
}

func TestNobodyIsOfferedATimeTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, two := anOffering(t), anOffering(t)
		two.First, two.Last = one.First, one.Last
		if len(one.Faults())+len(two.Faults()) > 0 {
			t.Skip("no day is left")
		}
		machines := rapid.IntRange(1, 4).Draw(t, "machines")
		now := one.First.Start(time.UTC)
		first := one.Propose(1, nil, machines, now)
		second := two.Propose(2, first.Free, machines, now)
		all := slices.Concat(first.Free, second.Free)
		for i, a := range all {
			beside := 0
			for j, b := range all {
				if i != j && a.Station == b.Station && a.Overlaps(b) {
					t.Fatalf("%v and %v", a, b)
				}
				if !a.StartsAt.Before(b.StartsAt) && a.StartsAt.Before(b.EndsAt) {
					beside++
				}
			}
			if beside > machines {
				t.Fatalf("%d at once from %v on, with %d machines", beside, a.StartsAt, machines)
			}
		}
		if again := one.Propose(1, first.Free, machines, now); len(again.Free) > 0 {
			t.Fatalf("the same rule offers %s once more", fmt.Sprint(written(again.Free)))
		}
	})
}
