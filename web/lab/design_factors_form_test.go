package lab

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
)

// drawFactors gives the tasks of d parallel forms, and d factors of its own.
func drawFactors(t *rapid.T, d *study.Design) {
	for i := range d.Tasks {
		for j := range rapid.SampledFrom([]int{0, 0, 2, 3}).Draw(t, "forms") {
			f := study.Form{Name: string(rune('A' + j)), Goal: rapid.SampledFrom([]string{"", "words"}).Draw(t, "goal")}
			f.Title, f.Instruction = drawText(t, "title of the form"), drawText(t, "instruction of the form")
			d.Tasks[i].Forms = append(d.Tasks[i].Forms, f)
		}
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "factors") {
		x := study.FreeFactor{Name: fmt.Sprint("factor_", i)}
		for j := range rapid.IntRange(1, 3).Draw(t, "levels") {
			x.Levels = append(x.Levels, study.FreeLevel{
				Name: fmt.Sprint("level ", j), Label: rapid.SampledFrom([]string{"", "A label"}).Draw(t, "label"),
				Shown: drawText(t, "shown"), Told: rapid.SampledFrom([]string{"", "Switch it on."}).Draw(t, "told"),
			})
		}
		if rapid.Bool().Draw(t, "crossed with some") {
			x.Only = drawCrossing(t, *d)
		}
		d.Factors = append(d.Factors, x)
	}
}

// drawGroups gives d groups, or none.
func drawGroups(t *rapid.T, d *study.Design) {
	for i := range rapid.SampledFrom([]int{0, 2, 3}).Draw(t, "groups") {
		g := study.Group{Name: fmt.Sprint("group ", i), Title: rapid.SampledFrom([]string{"", "Who plays games"}).Draw(t, "title of the group")}
		switch rapid.SampledFrom([]string{"the plan", "codes", "an answer", "hand"}).Draw(t, "who belongs to it") {
		case "codes":
			g.Codes = []string{fmt.Sprintf("P%03d", i), fmt.Sprintf("P%03d", i+100)}
		case "an answer":
			g.Answered = &instrument.When{Item: "games", Is: []string{"weekly", "daily"}}
		case "hand":
			g.ByHand = true
		}
		if rapid.Bool().Draw(t, "meets some") {
			g.Crossing = drawCrossing(t, *d)
		}
		g.Consent, g.Thanks = drawText(t, "consent of the group"), drawText(t, "thanks of the group")
		if len(d.Tasks) > 0 && rapid.Bool().Draw(t, "another instruction") {
			g.Instructions = []study.Instead{{Task: d.Tasks[0].Level(), Instruction: study.Plain("Type slowly.")}}
		}
		d.Groups = append(d.Groups, g)
	}
}

// drawPlanned gives d comparisons that are planned, sound or not.
func drawPlanned(t *rapid.T, d *study.Design) {
	p := &d.Preregistration
	p.Participants = rapid.IntRange(0, 100).Draw(t, "analysed")
	p.Stopping, p.Exclusions = drawText(t, "stopping").In(""), drawText(t, "exclusions").In("")
	for i := range rapid.IntRange(0, 3).Draw(t, "comparisons") {
		c := study.Comparison{
			Name: fmt.Sprint("H", i), Hypothesis: drawText(t, "hypothesis").In(""), Only: drawCrossing(t, *d),
			Outcome: rapid.SampledFrom([]string{"", study.OutcomeTime, "tlx.tlx_raw", "gone.gone"}).Draw(t, "outcome"), Factor: rapid.SampledFrom([]study.Factor{"", study.NetworkFactor, "factor_0", "gone"}).Draw(t, "factor"),
			First: rapid.SampledFrom([]string{"", "network 0", "level 0", "gone"}).Draw(t, "first"), Second: "network 1", Family: rapid.SampledFrom([]string{"", "main"}).Draw(t, "family"),
			Claim: rapid.SampledFrom(append(study.Claims(), "")).Draw(t, "claim"), Test: rapid.SampledFrom(append(study.PlannedTests(), "")).Draw(t, "test"),
		}
		c.Margin = float64(rapid.IntRange(0, 1000).Draw(t, "margin")) / 8
		p.Comparisons = append(p.Comparisons, c)
	}
}

// drawText draws a text of several lines, or none.
func drawText(t *rapid.T, label string) study.Wording {
	return study.Plain(rapid.SampledFrom([]string{"", "Short.", "Two\n\nparagraphs & <more>."}).Draw(t, label))
}

// drawCrossing chooses the first level of some factors.
func drawCrossing(t *rapid.T, d study.Design) (x study.Crossing) {
	if len(d.Methods) > 0 && rapid.Bool().Draw(t, "of the methods") {
		x.Methods = []string{d.Methods[0].Level()}
	}
	if len(d.Networks) > 0 && rapid.Bool().Draw(t, "of the networks") {
		x.Networks = []string{d.Networks[0].Name}
	}
	if len(d.Tasks) > 0 && rapid.Bool().Draw(t, "of the tasks") {
		x.Tasks = []string{d.Tasks[0].Level()}
	}
	return x
}

// A level that a group names stays ticked, and marked, when the level itself gets another name: else the group would come to meet all.
func TestATickOfALevelThatIsGoneStays(t *testing.T) {
	d := studytest.Grouped()
	d.Groups[0].Networks = []string{"3G"}
	in := designFields(d)
	in.Set("networks[1].name", "mobile")
	got, f, _ := takeDesign(in, appliancesForTest(), d)
	if diff := cmp.Diff([]string{"3G"}, got.Groups[0].Networks); diff != "" {
		t.Errorf("the networks of the group (-want +got):\n%s", diff)
	}
	shown := f.Groups[0].Meets[1].Levels
	if last := shown[len(shown)-1]; last.Value != "3G" || last.Meaning == "" {
		t.Errorf("the page shows the networks %+v", shown)
	}
}

func TestFieldsOfTasksFollowTheTicks(t *testing.T) {
	d := studytest.Design()
	d.Tasks[0].Forms = []study.Form{{Name: "A"}, {Name: "B"}}
	in := designFields(d)
	in["task"] = []string{"editor/find", "editor/" + string(d.Tasks[0].ID)}
	in.Set("do", "add tasks[0].forms") // as the page has numbered them
	got, f, _ := takeDesign(in, []Appliance{textEditor()}, d)
	if len(got.Tasks) != 2 || len(got.Tasks[0].Forms) != 0 || len(got.Tasks[1].Forms) != 2 {
		t.Fatalf("tasks %+v", got.Tasks)
	}
	if rows := f.TaskForms; len(rows) != 2 || len(rows[0].Forms) != 0 || len(rows[1].Forms) != 3 || rows[1].At != "tasks[1]" {
		t.Errorf("the rows of forms are %+v", rows)
	}
}
