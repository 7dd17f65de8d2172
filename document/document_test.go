package document_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

func example() study.Design {
	return study.Design{
		Title: study.Plain(`Does "near" feel nearer?`), Consent: study.Plain("You will type.\n\nYou may stop at any time."), Thanks: study.Plain("Thank you.\n"), Markdown: true,
		Images:    []study.Image{{Name: "room.png", SHA256: strings.Repeat("0123456789abcdef", 4)}},
		Appliance: "demo", Methods: []study.Access{
			{Method: study.VNC},
			{Method: study.Stream, Strategy: study.BestStrategy, Warm: true},
			{Name: "stream again", Method: study.Stream, Strategy: study.BestStrategy},
			{Method: study.Local},
		},
		Networks: []study.NamedNetwork{
			{Name: "3G", Network: study.Network{
				Down: 7_200_000, Up: 384_000, RTT: 120 * time.Millisecond, Jitter: 1500 * time.Microsecond, Shape: study.Normal, Overtake: true, Loss: 0.013, Burst: 2.5,
				Duplicate: 0.001, Reorder: 0.5, QueueBytes: 150_000, Discipline: study.CoDel, Congestion: study.BBR, Overhead: 18,
				Schedule: study.Schedule{Repeat: time.Minute, Phases: []study.Phase{
					{From: 10 * time.Second, For: 2500 * time.Millisecond, Outage: true}, {From: 20 * time.Second, For: 5 * time.Second, Down: study.Mbps, RTT: time.Second},
				}},
			}},
			{Name: "a train", Network: study.Network{TraceDown: "TMobile-UMTS.down", TraceUp: "0.57mbps", Queue: 100}},
			{Name: "nothing added"},
		},
		Factors: []study.FreeFactor{{
			Name: "light", Levels: []study.FreeLevel{{Name: "bright"}, {Name: "dark", Label: "Dark room", Shown: study.Plain("The light goes out."), Told: "Draw the curtains."}},
			Only: study.Crossing{Methods: []string{"vnc"}, Networks: []string{"3G"}, Tasks: []string{"type@office"}},
		}},
		Groups: []study.Group{
			{
				Name: "gamers", Title: "They play every week", Answered: &instrument.When{Item: "games", Is: []string{"weekly"}, AtLeast: new(instrument.Decimal), AtMost: new(instrument.Decimal)}, Crossing: study.Crossing{Methods: []string{"local"}, Tasks: []string{"type@office"}},
				Consent: study.Plain("You will play."), Thanks: study.Plain("Played."), Instructions: []study.Instead{{Task: "type@office", Instruction: study.Plain("Type fast.")}},
			},
			{Name: "invited", Codes: []string{"P001", "P007"}, Crossing: study.Crossing{Networks: []string{"3G"}}},
			{Name: "staff", ByHand: true},
		},
		Tasks:    []study.Task{{ID: "type", Appliance: "office", Forms: []study.Form{{Name: "A", Goal: "a"}, {Name: "B", Title: study.Plain("Write again"), Instruction: study.Plain("The other letter.")}}, Title: study.Plain("Write"), Instruction: study.Plain("Type this:\n  The quick brown fox.\nThen save."), Goal: "The quick brown fox."}},
		Practice: &study.Task{ID: "practice", Title: study.Plain("Try it out"), Instruction: study.Plain(" leading space"), Practice: true},
		About:    "about", Instruments: []string{"satisfaction", "tlx"}, Order: study.Williams, Seed: 1<<64 - 1, TrialLimit: 90 * time.Second, PauseEvery: 6, PauseLeast: 45 * time.Second,
		Visits:    []study.Visit{{After: 3, Apart: 24 * time.Hour}, {After: 5}},
		Screening: []string{"fit"}, TurnAway: []instrument.When{{Item: "age", AtMost: new(instrument.Decimal)}, {Item: "glasses", Is: []string{"yes", "often"}}}, TurnedAway: study.Plain("Thank you.\nThis study is not for you."),
		Opening: []string{"mood"}, AfterPractice: []string{"seq"}, AfterBlock: []string{"smeq"}, AfterVisit: []string{"rest"}, Closing: []string{"remarks"},
		SetUp: 15 * time.Minute, Record: study.RecordAsk, RecordKeys: true, Clipboard: true,
		Preregistration: study.Preregistration{
			Participants: 24, Stopping: "When 24 have finished.\nNot before.", Exclusions: "Who knows the letter by heart.", Comparisons: []study.Comparison{
				{
					Name: "H1", Hypothesis: "The stream is liked as much as the screen: nobody minds.", Outcome: "satisfaction.satisfaction", Factor: study.MethodFactor, First: "stream again", Second: "stream-best",
					Only: study.Crossing{Networks: []string{"3G", "a train"}, Tasks: []string{"type@office"}}, Claim: study.NotLower, Margin: 0.5, Test: study.SignedRank, Family: "liking",
				},
				{Name: "H2", Hypothesis: "More is done in the light.", Outcome: study.OutcomeTime, Factor: "light", First: "bright", Second: "dark", Claim: study.Differs, Test: study.PairedT},
			},
		},
		Preflight: study.Preflight{Check: true, Secure: true, Pointer: true, Width: 1280, Height: 720, Down: 5 * study.Mbps, Up: 500 * study.Kbps, RTT: 150 * time.Millisecond},
		Guests: []study.Guest{
			{Appliance: "demo", Content: "3f1c", Traces: []study.TraceFile{{Name: "rehearsal-type.trace", SHA256: "91ab"}}},
			{Appliance: "office", Content: "77aa"},
		},
		LeaveOut: []string{"vnc/a train/type@office/none"}, First: []string{"local/none/type@office/none", "vnc/3G/type@office/bright"}, Repetitions: 2,
		Crossover: study.Crossover{
			Near: "vnc", Far: "stream again", Networks: []string{"3G", "nothing added"}, Rating: "annoyance.annoyance", LowIsGood: true,
			Least: 2500 * time.Microsecond, Most: time.Second, Lapse: 0.05, Width: 1.5, Pairs: 12,
		},
		Blocks: study.Blocks{By: study.NetworkFactor, Order: study.Latin, Pause: true}, InARow: 3,
	}
}

func read(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string,
) study.Design {
	t.Helper()
	d, faults := document.Read([]byte(text))
	if len(faults) > 0 {
		t.Fatalf("%v in\n%s", faults, text)
	}
	return d
}

func TestADesignIsWrittenAsPeopleReadIt(t *testing.T) {
	for golden, d := range map[string]study.Design{"testdata/example.yaml": example(), "testdata/translated.yaml": translated()} {
		isWritten(t, d, golden)
	}
}

func isWritten(t *testing.T, d study.Design, golden string) {
	t.Helper()
	got := document.Write(d)
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the text (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(d, read(t, got)); diff != "" {
		t.Errorf("the design that is read (-want +got):\n%s", diff)
	}
}

func TestAFileOfAnOlderFormatIsRead(t *testing.T) {
	old, err := os.ReadFile("testdata/format2.yaml") // the same example, as it was written then
	if err != nil {
		t.Fatal(err)
	}
	want := example()
	want.Methods = study.StreamedBy(study.PlainLevels(study.AccessMethods()...), []study.Strategy{study.BestStrategy, study.NoStrategy}, true)
	want.Factors, want.Groups, want.Tasks[0].Appliance, want.Tasks[0].Forms = nil, nil, "", nil
	want.Guests, want.Images, want.PauseLeast = nil, nil, 0
	want.Visits, want.Screening, want.TurnAway, want.TurnedAway, want.Opening, want.AfterPractice, want.AfterBlock, want.AfterVisit, want.Closing = nil, nil, nil, nil, nil, nil, nil, nil, nil
	want.Preregistration = study.Preregistration{}
	want.Preflight = study.Preflight{}
	want.Crossover = study.Crossover{}
	want.Markdown, want.LeaveOut, want.First, want.Repetitions, want.Blocks, want.InARow = false, nil, nil, 0, study.Blocks{}, 0
	if diff := cmp.Diff(want, read(t, string(old))); diff != "" {
		t.Errorf("the design that is read (-want +got):\n%s", diff)
	}
}

func TestWhatAPhaseDoesNotSayIsAsInItsNetwork(t *testing.T) {
	d := read(t, `format: 3
networks:
  - phases:
      - {for_s: 1, loss_percent: 2}
      - {from_s: 1, for_s: 1, outage: true}
      - {from_s: 2, for_s: 1, rtt_ms: 0}
    name: "a"
    rtt_ms: 120
    down_mbps: 7.2
`)
	down, rtt := 7200*study.Kbps, 120*time.Millisecond
	want := []study.Phase{
		{For: time.Second, Down: down, RTT: rtt, Loss: 0.02},
		{From: time.Second, For: time.Second, Outage: true},
		{From: 2 * time.Second, For: time.Second, Down: down},
	}
	if diff := cmp.Diff(want, d.Networks[0].Network.Schedule.Phases); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
}

func TestWhatKeepsAFileFromBeingAStudyIsToldWithItsLine(t *testing.T) {
	_, faults := document.Check([]byte(`format: 3
title: "A study"
appliance: "demo"
methods: [vnc]
networks:
  - name: "far"
    rtt_ms: 99999
    phases:
      - for_s: 1
        loss_percent: 95
tasks:
  - id: "type"
order: latin
limit_s: 1
`))
	var got []string
	for _, f := range faults {
		got = append(got, fmt.Sprintf("%d %s", f.Line, f.At))
	}
	want := []string{"1 consent", "7 networks[0].rtt_ms", "10 networks[0].phases[0].loss_percent", "14 limit_s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s\n%v", diff, faults)
	}
}

func TestANetworkIsStoredAsJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, n := range drawDesign(t).Networks {
			written := document.WriteNetwork(n.Network)
			if !json.Valid(written) {
				t.Fatalf("this is no JSON: %s", written)
			}
			again, err := document.ReadNetwork(written)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(n.Network, again, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("(-written +read):\n%s\n%s", diff, written)
			}
		}
	})
}

func TestADesignIsReadFromJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDesign(t).Settled()
		written := document.WriteJSON(d)
		if !json.Valid(written) {
			t.Fatalf("this is no JSON: %s", written)
		}
		again, faults := document.Read(written)
		if len(faults) > 0 {
			t.Fatalf("%v\n%s", faults, written)
		}
		if document.Hash(again) != document.Hash(d) {
			t.Fatalf("(-written +read):\n%s", cmp.Diff(d, again, cmpopts.EquateEmpty()))
		}
	})
}

// leaves calls change for every field of v that is no struct, list or pointer.
func leaves(v reflect.Value, path string, change func(path string, field reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			leaves(v.Field(i), path+"."+v.Type().Field(i).Name, change)
		}
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), path, change)
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		leaves(v.Elem(), path, change)
	default:
		change(path, v)
	}
}

func TestEveryFieldOfADesignIsWritten(t *testing.T) {
	d := translated()
	texts, paths := map[string]string{document.Write(d): "nothing"}, map[string]bool{}
	leaves(reflect.ValueOf(&d).Elem(), "", func(path string, field reflect.Value) {
		was := reflect.ValueOf(field.Interface())
		switch field.Kind() {
		case reflect.String:
			field.SetString(was.String() + "+")
		case reflect.Bool:
			field.SetBool(!was.Bool())
		case reflect.Float64:
			field.SetFloat(was.Float() + 0.25)
		case reflect.Map:
			w := field.Interface().(study.Wording)
			field.Set(reflect.ValueOf(w.With("en", w["en"]+"+")))
		case reflect.Uint64:
			field.SetUint(was.Uint() - 1)
		default:
			field.SetInt(was.Int() + 3600) // of a time in hours or minutes only a multiple can be written
		}
		paths[path] = true
		text := document.Write(d)
		if other, there := texts[text]; there && !was.IsZero() {
			t.Errorf("a change of %s has the text of a change of %s", path, other)
		}
		texts[text] = path
		field.Set(was)
	})
	if len(paths) < 52 {
		t.Errorf("only %d fields were looked at", len(paths))
	}
}

// drawAccess draws any level, plain ones too.
func drawAccess(text *rapid.Generator[string]) *rapid.Generator[study.Access] {
	return rapid.Custom(func(t *rapid.T) study.Access {
		a := study.Access{Method: rapid.SampledFrom(study.AccessMethods()).Draw(t, "method")}
		if rapid.Bool().Draw(t, "plain") {
			return a
		}
		a.Strategy, a.Warm = rapid.SampledFrom(append(study.Strategies(), "")).Draw(t, "strategy"), rapid.Bool().Draw(t, "warm")
		return a.Called("x" + text.Draw(t, "name"))
	})
}

// drawDesign draws any design, whether or not a study could be done with it.
func drawDesign(t *rapid.T) study.Design {
	words := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ a-z"\\:#\n\t-]{0,40}`), rapid.SampledFrom([]string{"true", "null", "~", "1e3", "0x10", "- a", "a: b", "|", "no", "2026-01-01", "\u2028", "\r", "é\u0301"}))
	text := rapid.Custom(func(t *rapid.T) string { // what can be stored
		s := strings.ReplaceAll(words.Draw(t, "text"), "\x00", "")
		return instrument.WithLF(s)
	})
	span := func(name string) time.Duration { return time.Duration(rapid.Int64Min(0).Draw(t, name)) }
	share := func(name string) float64 { return rapid.Float64Range(0, 1).Draw(t, name) }
	languages := rapid.SampledFrom([][]study.Language{nil, {"de"}, {"de", "en"}, {"no", "pt-BR", "ar"}}).Draw(t, "languages")
	said := func(t *rapid.T, name string) study.Wording {
		if len(languages) < 2 {
			return study.Plain(text.Draw(t, name))
		}
		var w study.Wording
		for _, l := range languages {
			w = w.With(l, text.Draw(t, name))
		}
		return w
	}
	task := rapid.Custom(func(t *rapid.T) study.Task {
		return study.Task{ID: study.TaskID("x" + text.Draw(t, "id")), Title: said(t, "title"), Instruction: said(t, "instruction"), Practice: rapid.Bool().Draw(t, "practice")}
	})
	d := study.Design{
		Languages: languages, Title: said(t, "title"), Consent: said(t, "consent"), Thanks: said(t, "thanks"), Appliance: "demo",
		Methods: rapid.SliceOfN(drawAccess(text), 1, 3).Draw(t, "methods"), Tasks: rapid.SliceOfN(task, 1, 3).Draw(t, "tasks"), Order: study.Latin,
		Seed: rapid.Uint64().Draw(t, "seed"), TrialLimit: span("limit") + 1, PauseEvery: rapid.Int().Draw(t, "pause"), SetUp: span("set-up") / 60 * 60,
	}
	for range rapid.IntRange(0, 3).Draw(t, "networks") {
		n := study.Network{
			Down: study.Bitrate(rapid.Int64().Draw(t, "down")), RTT: span("rtt"), Jitter: -span("jitter"), Loss: share("loss"), Burst: rapid.Float64Range(-1e300, 1e300).Draw(t, "burst"),
			Duplicate: share("duplicate"), TraceDown: text.Draw(t, "trace"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "phases") {
			n.Schedule.Phases = append(n.Schedule.Phases, study.Phase{From: span("from"), For: span("for") + 1, Loss: share("loss")})
		}
		d.Networks = append(d.Networks, study.NamedNetwork{Name: "x" + text.Draw(t, "name"), Network: n})
	}
	code := rapid.Map(text, func(s string) string { return "x" + s })
	d.LeaveOut, d.First = rapid.SliceOfN(code, 0, 3).Draw(t, "left out"), rapid.SliceOfN(code, 0, 3).Draw(t, "first")
	for _, o := range study.Occasions() {
		*d.Asks(o) = rapid.SliceOfN(code, 0, 2).Draw(t, string(o))
	}
	d.TurnedAway = said(t, "turned away")
	for range rapid.IntRange(0, 2).Draw(t, "visits") {
		d.Visits = append(d.Visits, study.Visit{After: rapid.IntRange(1, 99).Draw(t, "after"), Apart: span("apart") / 3600 * 3600})
		d.TurnAway = append(d.TurnAway, instrument.When{Item: code.Draw(t, "item"), Is: rapid.SliceOfN(code, 0, 3).Draw(t, "is")})
	}
	d.Repetitions, d.InARow = rapid.Int().Draw(t, "repetitions"), rapid.Int().Draw(t, "in a row")
	if rapid.Bool().Draw(t, "blocks") {
		d.Blocks = study.Blocks{By: study.Factor(rapid.SampledFrom([]string{"task", "light", "no"}).Draw(t, "by")), Order: study.Fixed}
	}
	if rapid.Bool().Draw(t, "search") {
		d.Crossover = study.Crossover{
			Near: code.Draw(t, "near"), Far: text.Draw(t, "far"), Networks: rapid.SliceOfN(code, 0, 3).Draw(t, "searched"), Rating: text.Draw(t, "rating"), LowIsGood: rapid.Bool().Draw(t, "low is good"),
			Least: span("least"), Most: span("most"), Lapse: share("lapse"), Width: rapid.Float64Range(0, 1e9).Draw(t, "width"), Pairs: rapid.Int().Draw(t, "pairs"),
		}
	}
	d.Preregistration.Participants, d.Preregistration.Stopping = rapid.IntRange(0, 99).Draw(t, "analysed"), text.Draw(t, "stopping")
	names := rapid.SliceOfN(code, 0, 3)
	crossing := func() study.Crossing {
		return study.Crossing{Methods: names.Draw(t, "methods"), Networks: names.Draw(t, "networks"), Tasks: names.Draw(t, "tasks")}
	}
	for range rapid.IntRange(0, 2).Draw(t, "comparisons") {
		d.Preregistration.Comparisons = append(d.Preregistration.Comparisons, study.Comparison{
			Name: code.Draw(t, "comparison"), Hypothesis: text.Draw(t, "hypothesis"), Outcome: text.Draw(t, "outcome"), First: code.Draw(t, "first"), Only: crossing(),
			Claim: rapid.SampledFrom(study.Claims()).Draw(t, "claim"), Margin: rapid.Float64Range(0, 1e9).Draw(t, "margin"), Family: text.Draw(t, "family"),
		})
	}
	for range rapid.IntRange(0, 2).Draw(t, "factors") {
		d.Factors = append(d.Factors, study.FreeFactor{Name: code.Draw(t, "factor"), Only: crossing(), Levels: []study.FreeLevel{
			{Name: code.Draw(t, "level")}, {Name: code.Draw(t, "level"), Label: text.Draw(t, "label"), Shown: said(t, "shown"), Told: text.Draw(t, "told")},
		}})
	}
	for range rapid.IntRange(0, 2).Draw(t, "groups") {
		g := study.Group{
			Name: code.Draw(t, "group"), Title: text.Draw(t, "title"), Codes: names.Draw(t, "codes"), ByHand: rapid.Bool().Draw(t, "by hand"),
			Crossing: crossing(), Consent: said(t, "consent"), Thanks: said(t, "thanks"),
		}
		if rapid.Bool().Draw(t, "answered") {
			low := instrument.Decimal(rapid.Int64().Draw(t, "low"))
			g.Answered = &instrument.When{Item: code.Draw(t, "item"), Is: names.Draw(t, "is"), AtLeast: &low}
			g.Instructions = []study.Instead{{Task: code.Draw(t, "task"), Instruction: said(t, "instruction")}}
		}
		d.Groups = append(d.Groups, g)
	}
	d.Tasks[0].Appliance = text.Draw(t, "appliance")
	for range rapid.IntRange(0, 2).Draw(t, "forms") {
		d.Tasks[0].Forms = append(d.Tasks[0].Forms, study.Form{Name: code.Draw(t, "form"), Title: said(t, "title"), Instruction: said(t, "instruction"), Goal: text.Draw(t, "goal")})
	}
	return d
}

func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDesign(t)
		written := document.Write(d)
		again := read(t, written)
		if diff := cmp.Diff(d, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-written +read):\n%s\n%s", diff, written)
		}
		if document.Hash(again) != document.Hash(d) {
			t.Fatalf("another hash of\n%s", written)
		}
	})
}

func TestAFormHasEveryFieldOfADesign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDesign(t)
		fields := document.WriteForm(d)
		for name, values := range fields { // as browsers do it
			for i := range values {
				fields[name][i] = strings.ReplaceAll(values[i], "\n", "\r\n")
			}
		}
		again, faults := document.ReadForm(fields)
		if diff := cmp.Diff(d, again, cmpopts.EquateEmpty()); diff != "" || len(faults) > 0 {
			t.Fatalf("faults %v, design (-written +read):\n%s\n%v", faults, diff, fields)
		}
	})
	if diff := cmp.Diff(example(), func() study.Design { d, _ := document.ReadForm(document.WriteForm(example())); return d }()); diff != "" {
		t.Errorf("the example (-written +read):\n%s", diff)
	}
}

// The methods of a design had their strategies and their cache beside them. The codes of its conditions, and so its data and
// its plan, are what they were.
func TestADesignFromBeforeLevelsHadOptionsIsTheSame(t *testing.T) {
	content, err := os.ReadFile("testdata/old-levels.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := read(t, string(content))
	want := []study.Access{
		{Method: study.VNC}, {Method: study.Stream, Strategy: study.ClusterStrategy, Warm: true}, {Method: study.Stream, Strategy: study.BestStrategy, Warm: true}, {Method: study.Local},
	}
	if diff := cmp.Diff(want, d.Methods); diff != "" {
		t.Errorf("levels (-want +got):\n%s", diff)
	}
	if len(d.Faults()) > 0 || d.Conditions()[4].Code() != "stream-cluster/3G/type" {
		t.Errorf("faults %v, conditions %v", d.Faults(), d.Conditions())
	}
	if again := read(t, document.Write(d)); again.PlanHash() != d.PlanHash() || !cmp.Equal(again, d) {
		t.Errorf("written in the new words it is another design:\n%s", document.Write(d))
	}
}

func TestEmptyRowsOfAFormAreNotThere(t *testing.T) {
	in := url.Values{
		"networks[0].name": {""}, "networks[0].phases[0].from_s": {""},
		"networks[3].name": {"far"}, "networks[3].rtt_ms": {"slow"}, "networks[3].phases[2].for_s": {"1"},
		"methods[]": {"", "vnc"}, "revision": {"abc"}, "networks[x].name": {"no"}, "networks[-1].name": {"no"},
	}
	want := url.Values{
		"networks[0].name": {"far"}, "networks[0].rtt_ms": {"slow"}, "networks[0].phases[0].for_s": {"1"}, "methods[]": {"vnc"}, "revision": {"abc"},
	}
	if diff := cmp.Diff(want, document.Tidy(in)); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	d, faults := document.ReadForm(in)
	if len(faults) != 1 || faults[0].At != "networks[0].rtt_ms" || len(d.Networks) != 1 || d.Networks[0].Name != "far" {
		t.Errorf("read %+v with faults %v", d, faults)
	}
}

func TestEveryFaultIsToldWithItsPlace(t *testing.T) {
	text := `format: 2
title: A study
consent: [no, text]
appliance: demo
methods: [vnc, telepathy]
networks:
  - {name: far, rtt_ms: fast, down_mbps: 7.2, loss: 1}
  - {rtt_ms: 0.0000001}
tasks: []
order: latin
limit_s: "60"
surprise: 1
`
	_, faults := document.Read([]byte(text))
	var got []string
	for _, f := range faults {
		got = append(got, fmt.Sprintf("%d %s", f.Line, f.At))
		if f.Say == "" {
			t.Errorf("nothing is said of %s", f.At)
		}
	}
	want := []string{"3 consent", "5 methods[1]", "7 networks[0].rtt_ms", "7 networks[0].loss", "8 networks[1].rtt_ms", "11 limit_s", "12 surprise"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s\n%v", diff, faults)
	}
}

func TestWhatIsNoStudyFileIsRefusedQuickly(t *testing.T) {
	bomb := "a: &a [x, x]\n"
	for i := range 30 {
		bomb += fmt.Sprintf("b%d: &b%d [*a, *a]\n", i, i)
	}
	for name, test := range map[string]struct{ text, say string }{
		"nothing":             {"", "empty"},
		"no format":           {"title: a\n", "format is needed"},
		"a format in words":   {"format: [2]\n", "whole number"},
		"no YAML":             {"{", "no YAML"},
		"a list":              {"- a", "a group of fields is wanted"},
		"two documents":       {"format: 2\n---\nformat: 2\n", "more than one document"},
		"another format":      {"format: 6\nfuture: yes\n", "format 6"},
		"an old text":         {"design 1\ntitle \"x\"\n", "a group of fields is wanted"},
		"2 MB":                {"title: " + strings.Repeat("x", 2<<20), "at most"},
		"a billion laughs":    {bomb, "anchors"},
		"a tag":               {"title: !!binary aGk=\n", "tags"},
		"a deep file":         {strings.Repeat("[", 2000) + strings.Repeat("]", 2000), "within each other"},
		"very many values":    {"methods: [" + strings.Repeat("vnc,", 200_000) + "vnc]", "values"},
		"a field twice":       {"title: a\ntitle: b\n", "twice"},
		"a field that merges": {"<<: {title: a}\n", "plain name"},
		"many phases":         {"networks: [{phases: [" + strings.Repeat("{for_s: 1},", 10_000) + "]}]\n", "more than 50"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, faults := document.Read([]byte(test.text))
			if len(faults) == 0 || len(faults) > 100 {
				t.Fatalf("%d faults", len(faults))
			}
			if !strings.Contains(fmt.Sprint(faults), test.say) {
				t.Errorf("got %v, want %q", faults[0], test.say)
			}
			if took := time.Since(began); took > 30*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestATemplateLacksOnlyWhatIsInstalled(t *testing.T) {
	all := document.Templates()
	if len(all) != 5 {
		t.Errorf("%d templates, want 5", len(all))
	}
	for _, template := range all {
		d := template.Design
		if faults := d.Faults(); len(faults) != 1 || faults[0].At != "appliance" {
			t.Errorf("%s: %v, want only that an appliance is missing", template.Name, faults)
		}
		d.Appliance, d.Tasks = "demo", []study.Task{{ID: "type"}, {ID: "paint"}}
		if faults := d.Faults(); len(faults) > 0 || template.About == "" {
			t.Errorf("%s (%s): %v", template.Name, template.About, faults)
		}
	}
}

func TestADesignHasTheWordsOfItsQuestionnaires(t *testing.T) {
	content, err := os.ReadFile("../questionnaire/instruments/tlx-1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tlx, faults := document.ReadInstrument(content)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	d := example()
	d.InARow, d.Crossover = 0, study.Crossover{} // which need a random order
	d.Closing, d.Questionnaires = []string{"remarks"}, []instrument.Instrument{tlx}
	again := read(t, document.Write(d))
	if diff := cmp.Diff(d, again, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	if again, faults := document.ReadForm(document.WriteForm(d)); len(faults) > 0 || document.Write(again) != document.Write(d) {
		t.Errorf("a form makes something else of it: %v", faults)
	}
	d.Questionnaires[0].Items[0].Text, d.Questionnaires[0].Items[0].From = study.Plain("How much?"), d.Questionnaires[0].Items[0].To
	_, faults = document.Check([]byte(document.Write(d)))
	if len(faults) == 0 || !strings.HasPrefix(faults[0].At, "questionnaires[0].items[0]") || faults[0].Line < 60 {
		t.Errorf("a scale without a length: %v", faults)
	}
}

// A text that was converted twice has CR CR LF at its line ends. Reading it, writing that and reading it again changes nothing more.
func TestLineEndsAreMendedOnce(t *testing.T) {
	d := read(t, "format: 5\nconsent: \"one\\r\\r\\ntwo\\r\\n\"\n")
	if got := d.Consent.In(""); got != "one\ntwo\n" {
		t.Errorf("read as %q", got)
	}
	if again := read(t, document.Write(d)); document.Hash(again) != document.Hash(d) {
		t.Errorf("%q is another text than %q", again.Consent, d.Consent)
	}
}
