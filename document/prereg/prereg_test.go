package prereg_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"vmstudy/document/prereg"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// version is a version with a plan, in which everything is that a preregistration has to say.
func version() (study.Version, []instrument.Instrument) {
	plain, age := study.Plain, 17*instrument.One
	d := study.Design{
		Title: plain("Two ways <to> a *desktop*"), Consent: plain("I agree."), Appliance: "demo", Methods: study.PlainLevels(study.VNC, study.Stream, study.Local),
		Networks: []study.NamedNetwork{{Name: "LAN"}, {Name: "3G", Network: study.Network{Down: 7_200 * study.Kbps, Up: 384 * study.Kbps, RTT: 120 * time.Millisecond}}},
		Tasks:    []study.Task{{ID: "type", Title: plain("Write"), Instruction: plain("Type this:\n\n1. The fox."), Forms: []study.Form{{Name: "A"}, {Name: "B", Instruction: plain("Type that.")}}}},
		Practice: &study.Task{ID: "try", Title: plain("Try it"), Practice: true},
		Factors:  []study.FreeFactor{{Name: "light", Levels: []study.FreeLevel{{Name: "bright"}, {Name: "dark", Label: "Dark room", Shown: plain("The light goes out.")}}}},
		Groups:   []study.Group{{Name: "gamers", Title: "who play", Answered: &instrument.When{Item: "games", Is: []string{"weekly", "daily"}}}, {Name: "staff", ByHand: true}, {Name: "others"}},
		Order:    study.Williams, Seed: 1<<64 - 1, TrialLimit: 90 * time.Second, Repetitions: 2, PauseEvery: 4, Instruments: []string{"liking"}, Screening: []string{"fit"},
		TurnAway: []instrument.When{{Item: "age", AtMost: &age}},
		Preregistration: study.Preregistration{
			Participants: 24, Stopping: "When 24 have finished,\nor in May.", Exclusions: "Who has guessed it.", Comparisons: []study.Comparison{
				{Name: "H1", Hypothesis: "The stream | is liked no less.", Outcome: "liking.liking", Factor: study.MethodFactor, First: "stream", Second: "vnc", Only: study.Crossing{Networks: []string{"3G"}}, Claim: study.NotLower, Margin: 0.5, Test: study.SignedRank, Family: "liking"},
				{Name: "H2", Hypothesis: "It takes longer.", Outcome: study.OutcomeTime, Factor: study.MethodFactor, First: "stream", Second: "vnc", Claim: study.Differs, Test: study.PairedT},
			},
		},
	}
	asked := []instrument.Instrument{
		{
			ID: "liking", Version: 2, Title: plain("Liking"), Source: "made up", Items: []instrument.Item{{ID: "liking", Text: plain("How did you like it?"), Kind: instrument.Scale, From: instrument.One, To: 7 * instrument.One, Low: plain("not at all"), High: plain("very much")}},
			Measures: []instrument.Measure{{ID: "liking", Meaning: "liking, 1 to 7", Unit: "points", Mean: []string{"liking"}}},
		},
		{ID: "fit", Version: 1, Title: plain("You"), Items: []instrument.Item{{ID: "age", Text: plain("How old are you?"), Kind: instrument.Number, To: 120 * instrument.One}}},
		{ID: "never", Version: 1, Title: plain("Never asked")},
	}
	return study.Version{Number: 3, Hash: strings.Repeat("0123456789abcdef", 4), PublishedAt: time.Date(2026, 5, 1, 14, 0, 0, 0, time.FixedZone("", 7200)), Design: d}, asked
}

func TestAPreregistrationSaysWhatTheVersionSays(t *testing.T) {
	doc := prereg.Of(version())
	for file, got := range map[string]string{"testdata/prereg.md": doc.Markdown(), "testdata/prereg.html": doc.HTML()} {
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; look at it, then run UPDATE=1 go test\n%s", file, got)
		}
	}
}

// The same version gives the same bytes; in both forms stand the hash, the time in UTC and the words of the plan.
func TestAPreregistrationIsTheSameWheneverItIsWritten(t *testing.T) {
	one, other := prereg.Of(version()), prereg.Of(version())
	if one.Markdown() != other.Markdown() || one.HTML() != other.HTML() {
		t.Error("two preregistrations of one version differ")
	}
	v, _ := version()
	for _, text := range []string{one.Markdown(), one.HTML()} {
		for _, said := range []string{v.Hash, "1 May 2026 at 12:00:00 UTC", "not lower by 0.5 or more", "or in May.", "Who has guessed it.", "How did you like it?", "The light goes out.", "18446744073709551615"} {
			if !strings.Contains(text, said) {
				t.Errorf("it does not say %q", said)
			}
		}
		if strings.Contains(text, "Never asked") {
			t.Error("it has a questionnaire that nobody is asked")
		}
	}
}

// What an experimenter decides is in a list of its own: the program does not leave it out by itself.
func TestWhatPeopleDecideIsNotInTheListOfTheProgram(t *testing.T) {
	_, rest, _ := strings.Cut(prereg.Of(version()).Markdown(), "The program leaves out")
	program, people, found := strings.Cut(rest, "Experimenters can leave out more by hand.")
	if !found {
		t.Fatal("there is one list")
	}
	for reason, byHand := range map[string]bool{"(excluded)": true, `(trial\_excluded)`: true, `(ended\_by\_experimenter)`: true, "(withdrawn)": false, `(failed\_attempt)`: false} {
		if strings.Contains(people, reason) != byHand || strings.Contains(program, reason) == byHand {
			t.Errorf("%s is by hand: %v, want %v", reason, !byHand, byHand)
		}
	}
}

func TestAVersionWithoutAPlanSaysThatEverythingIsExploratory(t *testing.T) {
	v, asked := version()
	v.Design.Preregistration = study.Preregistration{}
	text := prereg.Of(v, asked).Markdown()
	for _, said := range []string{"No comparison is planned. Every test of the data is exploratory.", "The number of participants is not fixed.", "No rule says when the study stops", "Nothing is left out by plan, besides what the program leaves out"} {
		if !strings.Contains(text, said) {
			t.Errorf("it does not say %q", said)
		}
	}
}

// What people wrote is shown and not obeyed.
func TestWordsOfTheStudyAreNeitherMarkdownNorHTML(t *testing.T) {
	v, asked := version()
	v.Design.Preregistration.Stopping = "<script>alert(1)</script> **bold** [link](https://example.org) | cell\n- item\n1. first\n# head"
	doc := prereg.Of(v, asked)
	if page := doc.HTML(); strings.Contains(page, "<script>") || !strings.Contains(page, "&lt;script&gt;") {
		t.Error("the page has a script")
	}
	text := doc.Markdown()
	for _, escaped := range []string{`\<script\>`, `\*\*bold\*\*`, `\[link\]`, `\| cell`, `> \- item`, `> 1\. first`, `> \# head`} {
		if !strings.Contains(text, escaped) {
			t.Errorf("the Markdown does not have %s:\n%s", escaped, text)
		}
	}
}

// Who meets only some of the conditions does fewer trials, and the document says how many.
func TestAPreregistrationSaysWhatEachGroupMeets(t *testing.T) {
	v, asked := version()
	v.Design.Groups[1].Networks = []string{"3G"}
	v.Design.Preregistration.Comparisons = []study.Comparison{{
		Name: "H1", Hypothesis: "They differ.", Outcome: "liking.liking", Factor: study.GroupFactor, First: "gamers", Second: "staff", Claim: study.Differs, Test: study.MannWhitney,
	}}
	got := prereg.Of(v, asked).Markdown()
	for _, want := range []string{
		"group gamers: 20 trials of 10 conditions", "group staff: 12 trials of 6 conditions", "Group staff:\n\n- vnc/3G/type/bright", "group: gamers − staff", "Mann-Whitney test", "over the conditions that both groups meet",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the document does not say %q", want)
		}
	}
	if strings.Contains(got, "Participants do ") {
		t.Error("the document says of all participants what is true of one group")
	}
}
