package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
)

// searchedBy has people who did pairs over networks of 10 to 320 ms. far says of whom, over which of them, the far method is the better one.
func searchedBy(people, pairs int, far func(person, network int) bool) Data {
	d := Data{Design: study.Design{
		Methods: study.PlainLevels(study.VNC, study.Stream), Tasks: []study.Task{{ID: "type"}}, Order: study.Random,
		Crossover: study.Crossover{Near: "vnc", Far: "stream", Rating: "liking.liking", Least: 5 * time.Millisecond, Most: 640 * time.Millisecond, Pairs: pairs},
	}}
	for i := range 6 {
		rtt := 10 * time.Millisecond << i
		d.Design.Networks = append(d.Design.Networks, study.NamedNetwork{Name: rtt.String(), Network: study.Network{RTT: rtt}})
	}
	for person := range people {
		for n := range pairs {
			for i, a := range d.Design.Methods {
				liked := 3.0
				if (a.Method == study.Stream) == far(person, n%6) {
					liked = 6
				}
				d.Trials = append(d.Trials, &Trial{
					Participant: fmt.Sprintf("P%03d", person+1), Position: 2*n + i + 1, Answers: map[Asked]float64{{"liking", "liking"}: liked},
					Condition: study.Condition{Access: a, Network: d.Design.Networks[n%6], Task: d.Design.Tasks[0]},
				})
			}
		}
	}
	return d
}

func raw(t *testing.T, c Cell) (x float64) {
	t.Helper()
	if _, err := fmt.Sscan(c.Raw, &x); err != nil {
		t.Fatalf("%+v is no number: %v", c, err)
	}
	return x
}

// Of three people the stream is better from 40, 80 and 160 ms on: their crossovers lie between that and the network before, and their geometric mean near 57 ms.
func TestTheCrossoverIsEstimatedOfEachAndOfAll(t *testing.T) {
	d := searchedBy(3, 12, func(person, network int) bool { return network >= 2+person })
	s := Search(d)
	all, people := s.Tables[0].Rows, s.Tables[1].Rows
	if len(people) != 3 || len(all) != 1 {
		t.Fatalf("%d people, %d bandwidths", len(people), len(all))
	}
	for person, row := range people {
		least, most := float64(int(20)<<person), float64(int(40)<<person)
		if x := raw(t, row[3]); x < least || x > most || row[2].Say != "12" || row[7].Say != "" {
			t.Errorf("%s: %v, want a crossover from %g to %g ms", row[0].Say, cells(row), least, most)
		}
	}
	if x, low, high := raw(t, all[0][3]), raw(t, all[0][4]), raw(t, all[0][5]); x < 45 || x > 70 || low >= x || high <= x || all[0][1].Say != "3" {
		t.Errorf("of all: %v", cells(all[0]))
	}
	for _, table := range s.Tables {
		for _, row := range table.Rows {
			if len(row) != len(table.Columns) {
				t.Errorf("%d cells in %d columns", len(row), len(table.Columns))
			}
		}
	}
}

func TestWhatASearchCannotSayIsSaid(t *testing.T) {
	for name, tc := range map[string]struct {
		data   func() Data
		all    string // the remark
		person string
		ends   string
	}{
		"one person":         {func() Data { return searchedBy(1, 12, func(_, n int) bool { return n >= 3 }) }, "one person has no interval of all", "", "0"},
		"a crossover beyond": {func() Data { return searchedBy(2, 12, func(int, int) bool { return false }) }, "all have the same", "at an end", "2"},
		"half a pair, no pair": {func() Data {
			d := searchedBy(1, 1, func(_, n int) bool { return true })
			d.Trials = d.Trials[:1]
			return d
		}, "nobody has a pair", "no pair: the prior", "0"},
	} {
		s := Search(tc.data())
		all, person := s.Tables[0].Rows[0], s.Tables[1].Rows[0]
		if all[6].Say != tc.all || person[7].Say != tc.person || all[2].Say != tc.ends {
			t.Errorf("%s: of all %v, of one %v", name, cells(all), cells(person))
		}
	}
}

// Where people met what followed from their answers, no section compares conditions over people.
func TestWhatTakesAGridIsRefused(t *testing.T) {
	d := searchedBy(6, 12, func(_, n int) bool { return n >= 3 })
	for _, s := range Sections(d) {
		if s.ID != "who" && s.ID != "network" && s.ID != "search" {
			t.Errorf("there is a section %q", s.ID)
		}
	}
	for _, o := range Outcomes(d) {
		if s := Tested(d, o); len(s.Tables) > 0 || !strings.HasPrefix(s.Lead[0], "Refused:") {
			t.Errorf("%s: %q", o.ID, s.Lead)
		}
	}
	d.Blind = true
	if s := Search(d); len(s.Tables) > 0 || !strings.Contains(s.Lead[0], "blind") {
		t.Errorf("who is blind reads %+v", s)
	}
	if s := Search(Data{}); !s.Empty() {
		t.Errorf("a grid has a search: %+v", s)
	}
}
