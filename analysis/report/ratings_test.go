package report

import (
	"strings"
	"testing"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// asking makes the instrument of ordered data another one.
func asking(d Data, id string) Data {
	d.Instruments = []instrument.Instrument{{ID: id, Items: []instrument.Item{{ID: id, Kind: instrument.Scale, From: instrument.One, To: 7 * instrument.One}}}}
	for i, t := range d.Trials {
		for _, x := range t.Answers {
			d.Trials[i].Answers = map[Asked]float64{{id, id}: x}
		}
	}
	return d
}

func TestNobodyKnowsTheGoodEndOfAStudysOwnQuestion(t *testing.T) {
	rate := func(person, position, condition int) float64 { return float64(1 + (person+condition)%7) }
	for id, want := range map[string]struct{ caption, above, below string }{
		"liking":       {"95 % interval.", "stream higher", "vnc higher"},
		"satisfaction": {"95 % interval; higher is better.", "stream better", "vnc better"},
		"annoyance":    {"95 % interval; lower is better.", "vnc better", "stream better"},
	} {
		d := asking(ordered(rate), id)
		for _, s := range []Section{Ratings(d), Suits(d)} {
			if got := s.Figures[0].Caption; !strings.HasSuffix(got, want.caption) {
				t.Errorf("%s of %s: the caption is %q, want it to end with %q", s.ID, id, got, want.caption)
			}
		}
		if above, below := planes(d.Design)[0].better(d.rated()[0]); above != want.above || below != want.below {
			t.Errorf("%s: above 0 is %q and below it %q, want %q and %q", id, above, below, want.above, want.below)
		}
	}
}

func TestARatingIsTheAnswerAndNotTheMeasureOfItsName(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return 2 })
	for i := range d.Trials {
		d.Trials[i].Values = map[Asked]float64{{"liking", "liking"}: 6} // turned round
	}
	for _, row := range Ratings(d).Figures[0].Twin.Rows {
		if row[4].Say != "2.0" {
			t.Errorf("the median of %s, %s is %s, want that of the answers", row[0].Say, row[1].Say, row[4].Say)
		}
	}
	if x, _ := (Asked{"liking", "liking"}).of(d.Trials[0]); x != 6 {
		t.Errorf("the measure is %g, want 6", x)
	}
}

func TestNamesNeverMakeTwoFiguresOne(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return float64(1 + condition) })
	d.Design.Methods = []study.Access{{Name: "方法一", Method: study.Stream}, {Name: "方法二", Method: study.VNC}, {Name: "vnc+", Method: study.VNC}}
	for _, id := range []string{"completion", "crossover", "flow"} {
		d.Instruments = append(d.Instruments, asking(d, id).Instruments...)
	}
	seen := map[string]bool{}
	once := func(id string) {
		if seen[id] {
			t.Errorf("two things are called %s", id)
		}
		seen[id] = true
	}
	for _, p := range planes(d.Design) {
		for _, r := range d.rated() {
			once(p.id("suits", r))
		}
	}
	once("crossover")
	for _, o := range Outcomes(d) {
		once(o.ID)
	}
	if len(planes(d.Design)) != 3 {
		t.Errorf("%d pairs of methods, want 3", len(planes(d.Design)))
	}
}

func TestWhoHasNoPairInANetworkIsNamed(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 { return float64(1 + (person+condition)%7) })
	for i, x := range d.Trials {
		if x.Participant == "P3" && x.Condition.Method == study.VNC && x.Condition.Network.Name == "a" {
			d.Trials[i].Answers = nil
		}
	}
	row := Suits(d).Figures[0].Twin.Rows[0]
	if got := row[len(row)-1].Say; row[0].Say != "a" || row[4].Say != "5" || !strings.HasPrefix(got, "P3: no value with vnc") {
		t.Errorf("%v, want P3 left out", row)
	}
}

func TestOnlyWhoDidEnoughTrialsIsSaidToVaryTheirAnswers(t *testing.T) {
	rate := func(person, position, condition int) float64 { return float64(1 + (3*person+position+condition)%7) }
	if lead := Checks(ordered(rate)).Lead; len(lead) != 1 || !strings.HasPrefix(lead[0], "Of those who did 4 trials or more, nobody") {
		t.Errorf("of four trials each, the lead is %q", lead)
	}
	few := ordered(rate)
	var kept []*Trial
	for _, x := range few.Trials {
		if x.Position < 4 {
			kept = append(kept, x)
		}
	}
	few.Trials = kept
	if s := Checks(few); len(s.Lead) > 0 || len(s.Tables) == 0 {
		t.Errorf("of three trials each, %d tables and the lead %q; want tables, and nothing said", len(s.Tables), s.Lead)
	}
}
