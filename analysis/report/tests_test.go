package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// cells are the texts of a row.
func cells(row []Cell) (all []string) {
	for _, c := range row {
		all = append(all, c.Say)
	}
	return all
}

// tableOf returns a table of a section; nil if there is none.
func tableOf(s Section, id string) *Table {
	i := slices.IndexFunc(s.Tables, func(x Table) bool { return x.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Tables[i]
}

func notes(s Section, say string) bool {
	return slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, say) })
}

func TestEqualDifferencesHaveNoInterval(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return float64(2 + 2*btoi(condition < 2)) }) // the stream is liked 2 better by everybody
	s := Tested(d, Outcomes(d)[0])
	row := cells(tableOf(s, "tests-own-liking-pairs").Rows[0])
	if got := row[11:]; got[0] != "2.000" || got[1] != none || got[2] != none || got[3] != "no interval: all differences are equal" {
		t.Errorf("%q, want a difference of 2 without an interval", got)
	}
}

func TestAnInfiniteFIsNotShownAsZero(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return float64(1 + condition) })
	s := Tested(d, Outcomes(d)[0])
	row := cells(tableOf(s, "tests-own-liking-friedman").Rows[0])
	if row[6] != "1.000" || row[7] != none || row[10] != none || !notes(s, "all people rank the conditions alike") {
		t.Errorf("W, F and its p are %s, %s and %s; want 1 and two dashes. Notes: %q", row[6], row[7], row[10], s.Notes)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// parted has four people in each of two groups. Those of the group "all" do two tasks, and the second makes them happier; those of "one" do only the first.
func parted() Data {
	d := ordered(func(person, position, condition int) float64 { return 1 })
	d.Design.Methods, d.Design.Networks = study.PlainLevels(study.VNC), d.Design.Networks[:1]
	d.Design.Tasks = []study.Task{{ID: "t"}, {ID: "u"}}
	d.Design.Groups = []study.Group{{Name: "all"}, {Name: "one", Crossing: study.Crossing{Tasks: []string{"t"}}}}
	d.Trials = nil
	for person := range 8 {
		group := d.Design.Groups[person%2].Name
		for i, c := range d.Design.For(group).Conditions() {
			d.Trials = append(d.Trials, &Trial{Participant: fmt.Sprint("P", person), Group: group, Position: i + 1, Condition: c, Answers: map[Asked]float64{{"liking", "liking"}: float64(2 + person/2 + 4*i)}})
		}
	}
	return d
}

func TestGroupsAreComparedOverWhatAllOfThemDid(t *testing.T) {
	d := parted()
	d.Trials[0].Answers = nil // P0, with the first task
	s := Tested(d, Outcomes(d)[0])
	table := tableOf(s, "tests-own-liking-groups")
	if table == nil {
		t.Fatalf("no table of groups: %+v", s)
	}
	row := cells(table.Rows[0])
	// all: 3 4 5, one: 2 3 4 5. U is 7.5 of 12.
	if row[0] != "all − one" || row[1] != "7" || row[2] != "3" || row[5] != "7.5" || !strings.HasPrefix(row[13], "P0: no value in vnc/a/t") {
		t.Errorf("%q, want seven people with the first task only, and P0 left out", row)
	}
	if !notes(s, "all groups meet: vnc/a/t.") || !notes(s, "over 1 pair: all pairs of groups") {
		t.Errorf("notes are %q", s.Notes)
	}
}

func TestGroupsWithoutACommonConditionAreNotCompared(t *testing.T) {
	d := parted()
	d.Design.Groups[0].Tasks = []string{"u"}
	s := Tested(d, Outcomes(d)[0])
	if tableOf(s, "tests-own-liking-groups") != nil || !notes(s, "there is no condition that all of them meet") {
		t.Errorf("groups are compared, or nobody says why not: %q", s.Notes)
	}
}

func TestAPairOfGroupsThatFailsStaysInItsFamily(t *testing.T) {
	d := parted()
	d.Design.Groups = append(d.Design.Groups, study.Group{Name: "nobody"})
	s := Tested(d, Outcomes(d)[0])
	table := tableOf(s, "tests-own-liking-groups")
	if len(table.Rows) != 3 || table.Rows[1][6].Say != none || !strings.HasPrefix(table.Rows[1][13].Say, "too few people") || !notes(s, "over 3 pairs: all pairs of groups") {
		t.Errorf("%v with notes %q, want three pairs", table.Rows, s.Notes)
	}
}

func TestWhatIsComparedWithTheFirstOnlySaysSo(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return float64(1 + (person+position)%7) })
	d.Design.Methods = []study.Access{{Name: "a", Method: study.VNC}, {Name: "b", Method: study.VNC}, {Name: "c", Method: study.VNC}, {Name: "d", Method: study.VNC}}
	conditions := d.Design.Conditions()
	for i := range d.Trials {
		d.Trials[i].Condition = conditions[2*(i%4)]
	}
	if s := Tested(d, Outcomes(d)[0]); !notes(s, "where there are more than 3 levels, each with the first only") {
		t.Errorf("notes are %q", s.Notes)
	}
}

func TestABaselineIsSpokenOfOnlyWhereThereIsOne(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return float64(1 + (person+position)%7) })
	d.Trials[0].Answers = nil
	if s := Tested(d, Outcomes(d)[0]); notes(s, "A baseline without a network") || !notes(s, "Models are of the 23 trials") {
		t.Errorf("notes are %q", s.Notes)
	}
}

func TestAPairWithoutATestOfCompletionSaysWhy(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return 1 })
	again := *d.Trials[0]
	again.Attempt.Outcome = study.Completed // the other trial was not
	d.Trials = append(d.Trials, &again)
	s := Tasks(d)
	var dashes []string
	for _, row := range tableOf(s, "completed-pairs").Rows {
		dashes = append(dashes, fmt.Sprint(row[10].Say == none, strings.Contains(row[11].Say, "some of several trials")))
	}
	if got := strings.Join(dashes, ", "); got != "true true, false false" && got != "false false, true true" {
		t.Errorf("rows without a test, and their reasons: %s", got)
	}
}

func TestTrialsWhoseNetworkWasNotMeasuredAreCounted(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return 1 })
	if got := Network(d).Lead; len(got) != 2 || got[0] != "None of the 24 trials with a network was measured." {
		t.Errorf("nothing was measured, and the lead is %q", got)
	}
	for i, x := range d.Trials {
		if rtt := x.Condition.Network.Network.RTT; x.Condition.Network.Name == "b" {
			d.Trials[i].Attempt.Set = x.Condition.Network.Network
			d.Trials[i].Attempt.Measured = study.RoundTrips{Count: 20, Min: rtt, Median: rtt, P95: rtt}
		}
	}
	s := Network(d)
	if want := "In all 12 measured trials the round trip was within what is tolerated; 12 were not measured."; s.Lead[0] != want {
		t.Errorf("the lead is %q, want %q", s.Lead[0], want)
	}
	if row := cells(s.Figures[0].Twin.Rows[0]); strings.Join(row[:3], " ") != "a 12 12" || row[4] != none {
		t.Errorf("the row of a network without a measurement is %q", row)
	}
}

// A trial in which more passed than was set is named. One in which less passed is not: nobody asked for more.
func TestATrialThroughWhichMorePassedThanWasSetIsNamed(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return 1 })
	set := study.Network{Down: 10 * study.Mbps, Up: 10 * study.Mbps}
	for i, n := range d.Design.Networks {
		if n.Name == "a" {
			d.Design.Networks[i].Network = set
		}
	}
	limited := 0
	for i, x := range d.Trials {
		if x.Condition.Network.Name != "a" {
			continue
		}
		limited++
		d.Trials[i].Attempt.Set, d.Trials[i].Goodput = set, 9*study.Mbps/study.Bitrate(limited)
		if limited == 3 {
			d.Trials[i].Goodput = 12 * study.Mbps
		}
		if limited == 4 {
			d.Trials[i].Goodput = 0 // nobody measured it
		}
	}
	s := Network(d)
	rows := tableOf(s, "rate-outliers").Rows
	if len(rows) != 1 || rows[0][3].Say != "12.00" || rows[0][5].Say != "120.0" {
		t.Fatalf("outliers are %v", rows)
	}
	want := fmt.Sprintf("In 1 of %d trials more passed in a second than the rate lets pass: %s, trial %s.", limited-1, rows[0][0].Say, rows[0][1].Say)
	if !slices.Contains(s.Lead, want) {
		t.Errorf("leads are %q, want among them %q", s.Lead, want)
	}
	i := slices.IndexFunc(s.Figures, func(f Figure) bool { return f.ID == "rates" })
	if i < 0 {
		t.Fatal("there is no figure of rates")
	}
	var b strings.Builder
	if err := s.Figures[i].Draw(&b); err != nil || !strings.Contains(b.String(), "too much") {
		t.Errorf("the figure does not shade what is too much: %v", err)
	}
	if row := cells(s.Figures[i].Twin.Rows[0]); strings.Join(row[:4], " ") != fmt.Sprintf("a %d 1 10.00", limited) {
		t.Errorf("its table begins with %q", row)
	}
}

func TestTheNewestCalibrationOfEachNetworkIsShown(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return 1 })
	calibration := func(measured float64, ok bool, networks ...study.NamedNetwork) study.Calibration {
		c := study.Calibration{State: study.CalibrationFinished, StartedAt: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)}
		for _, n := range networks {
			c.Networks = append(c.Networks, study.CalibratedNetwork{Name: n.Name, Says: n.Network.String()})
			c.Findings = append(c.Findings,
				study.Finding{Network: n.Name, Name: "goodput_down", What: "goodput down", Unit: "Mbps", Known: true, Expected: 10, Measured: measured, Promised: true, Bar: 1, ErrorUnit: "%", OK: ok},
				study.Finding{Network: n.Name, Name: "queue", What: "queue", OK: true})
		}
		return c
	}
	a, b := d.Design.Networks[0], d.Design.Networks[1]
	changed := b
	changed.Network.RTT += time.Second
	stopped := calibration(3, false, a)
	stopped.State = study.CalibrationStopped
	called := a
	called.Name = "an older name"
	nothing := calibration(9.99, true, a, b)
	nothing.Findings = nothing.Findings[:2] // those of the first
	for name, tc := range map[string]struct {
		all  []study.Calibration
		lead string
		rows []string
	}{
		"none":                               {nil, "No network was calibrated as it is set here.", nil},
		"the later of two":                   {[]study.Calibration{calibration(8, false, a, b), calibration(9.99, true, a, b)}, "At the calibration all was within its bars.", []string{a.Name + " 9.99 yes", b.Name + " 9.99 yes"}},
		"a network that was renamed":         {[]study.Calibration{calibration(9.99, true, called, b)}, "At the calibration all was within its bars.", []string{a.Name + " 9.99 yes", b.Name + " 9.99 yes"}},
		"one of which nothing was measured":  {[]study.Calibration{nothing}, "At the calibration all was within its bars. Not calibrated as it is set here: " + b.Name + ".", []string{a.Name + " 9.99 yes"}},
		"one that was stopped tells nothing": {[]study.Calibration{calibration(9.99, true, a, b), stopped}, "At the calibration all was within its bars.", []string{a.Name + " 9.99 yes", b.Name + " 9.99 yes"}},
		"one beyond its bar, and one that was set otherwise": {
			[]study.Calibration{calibration(8, false, a, changed)}, "Beyond its bar at the calibration: " + a.Name + ", goodput down. Not calibrated as it is set here: " + b.Name + ".", []string{a.Name + " 8.00 no"},
		},
	} {
		d.Calibrations = tc.all
		s := calibrated(d)
		var rows []string
		for _, table := range s.Tables {
			for _, row := range table.Rows {
				rows = append(rows, row[0].Say+" "+row[5].Say+" "+row[9].Say)
			}
		}
		if len(s.Lead) != 1 || s.Lead[0] != tc.lead || !slices.Equal(rows, tc.rows) {
			t.Errorf("%s: %q and %q, want %q and %q", name, s.Lead, rows, tc.lead, tc.rows)
		}
	}
}

// aboutTools asks what somebody works with.
func aboutTools() instrument.Instrument {
	option := func(value, label string) instrument.Option {
		return instrument.Option{Value: value, Label: study.Plain(label)}
	}
	return instrument.Instrument{ID: "about", Items: []instrument.Item{{ID: "tools", Kind: instrument.Choices, Options: []instrument.Option{option("phone", "Phone"), option("laptop", "Laptop")}}}}
}

func TestEachOfSeveralChoicesIsCounted(t *testing.T) {
	d := Data{About: aboutTools()}
	for i, answer := range []string{"phone,laptop", "laptop", "withheld"} {
		d.Visits = append(d.Visits, Visit{Participant: fmt.Sprint("P", i), About: map[string]string{"tools": answer}})
	}
	table, _ := demographics(d)
	var got []string
	for _, row := range table.Rows {
		got = append(got, strings.Join(cells(row)[1:], " "))
	}
	if want := []string{"Phone 1 33.3", "Laptop 2 66.7", "no answer 1 33.3"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestEveryReasonOfAVisitHasWords(t *testing.T) {
	for _, r := range study.Reasons() {
		if r.Why != study.WasPractice && r.Why != study.NotAnAnswer && strings.Contains(reasonName(r.Why), "_") {
			t.Errorf("the flow calls %s by its code", r.Why)
		}
	}
}

func TestNoCrossingAtABandwidthWithOneRoundTrip(t *testing.T) {
	const mbps = study.Mbps
	net := func(name string, down study.Bitrate, rtt time.Duration) study.NamedNetwork {
		return study.NamedNetwork{Name: name, Network: study.Network{Down: down, Up: down, RTT: rtt * time.Millisecond}}
	}
	d := ordered(func(person, position, condition int) float64 { return 1 })
	d.Design.Networks = []study.NamedNetwork{net("slow", mbps, 200), net("near", 10*mbps, 20), net("half", 10*mbps, 110), net("far", 10*mbps, 200)}
	d.Trials = nil
	for person := range 12 {
		for i, c := range d.Design.Conditions() {
			x := 4.0
			if c.Method == study.Stream {
				x += (milliseconds(c.Network.Network.RTT) - 110) / 60 // better from 110 ms on
			}
			x += float64((person*person+7*person+i*(person+3))%5 - 2)
			d.Trials = append(d.Trials, &Trial{Participant: fmt.Sprint("P", person), Position: i + 1, Condition: c, Answers: map[Asked]float64{{"liking", "liking"}: float64(int(min(7, max(1, x+0.5))))}})
		}
	}
	s := Crossover(d)
	if len(s.Figures) != 1 {
		t.Fatalf("no curve: %q", s.Lead)
	}
	rows := map[string][]string{}
	for _, row := range s.Figures[0].Twin.Rows {
		rows[row[0].Say] = cells(row)
	}
	if got := rows["1 Mbps"]; got[1] != none || !strings.Contains(got[4], "at one round trip only, 200 ms") {
		t.Errorf("at the bandwidth that has one round trip: %q", got)
	}
	if got := rows["10 Mbps"]; got[1] == none {
		t.Errorf("at the bandwidth that has three round trips: %q", got)
	}
	if notes(s, "differ in more than round trip") {
		t.Error("networks are said to differ in more, and do not")
	}
	d.Design.Networks[0].Network.Loss = 0.01
	if !planes(d.Design)[0].mixed() {
		t.Error("a network with loss is as the others")
	}
}
