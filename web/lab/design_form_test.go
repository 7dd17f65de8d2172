package lab

import (
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
)

func appliancesForTest() []Appliance { return []Appliance{textEditor()} }

// textEditor returns the appliance of studytest's designs, with one more task.
func textEditor() Appliance {
	d := studytest.Design()
	more := study.Task{ID: "find", Title: study.Plain("Find and replace"), Instruction: study.Plain("Replace every word.")}
	return Appliance{Name: d.Appliance, Title: "Text editor", Tasks: append(d.Tasks, more, *d.Practice)}
}

func TestADesignSurvivesTheForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := questionnaire.Complete(drawDesign(t), study.Design{})
		earlier := want
		earlier.Tasks, earlier.Practice, earlier.Factors, earlier.Groups = nil, nil, nil, nil // the fields alone say what these are
		got, bad := readDesign(designFields(want), appliancesForTest(), earlier)
		if len(bad) > 0 {
			t.Fatalf("faults in fields that designFields wrote: %v", bad)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("the design changed on its way through the form (-want +got):\n%s", diff)
		}
	})
}

// drawDesign draws a valid design of the editor appliance, with the precision of the form: 1e-6 ms,
// 1 bit/s, 1e-4 %.
func drawDesign(t *rapid.T) study.Design {
	d := studytest.Design()
	d.Title = study.Plain(rapid.StringMatching(`[a-zäöü"<>&]{1,30}`).Draw(t, "title"))
	d.Seed = rapid.Uint64().Draw(t, "seed")
	d.TrialLimit = time.Duration(rapid.IntRange(100, 72_000).Draw(t, "limit")) * 100 * time.Millisecond
	d.SetUp = time.Duration(rapid.IntRange(0, 240).Draw(t, "setup")) * time.Minute
	d.PauseEvery = rapid.IntRange(0, study.MaxTrials).Draw(t, "pause")
	d.Order = rapid.SampledFrom(study.Orders()).Draw(t, "order")
	d.Methods = slices.DeleteFunc(study.PlainLevels(study.AccessMethods()...), func(a study.Access) bool { return rapid.Bool().Draw(t, a.Level()) })
	if rapid.Bool().Draw(t, "options") {
		d.Methods = append([]study.Access{{Name: "kept", Method: study.Stream, Strategy: study.OrderStrategy, Warm: true}}, d.Methods...)
	}
	d.Instruments = rapid.SampledFrom([][]string{nil, {"tlx"}, {"tlx", "annoyance"}, {"satisfaction", "tlx", "remarks"}}).Draw(t, "instruments")
	d.Closing = rapid.SampledFrom([][]string{nil, {"sus"}}).Draw(t, "closing")
	drawOccasions(t, &d)
	if len(d.Methods) == 0 {
		d.Methods = nil
	}
	if rapid.Bool().Draw(t, "without practice") {
		d.Practice = nil
	}
	d.Repetitions = rapid.IntRange(0, 3).Draw(t, "repetitions")
	if rapid.Bool().Draw(t, "blocks") {
		d.Blocks = study.Blocks{By: study.NetworkFactor, Order: study.Williams, Pause: rapid.Bool().Draw(t, "pause of blocks")}
	}
	if d.PauseEvery > 0 {
		d.PauseLeast = time.Duration(rapid.IntRange(0, 3_600_000).Draw(t, "least pause")) * time.Millisecond
	}
	d.Networks = nil
	for i := range rapid.IntRange(0, 4).Draw(t, "networks") {
		rtt := rapid.Int64Range(0, int64(10*time.Second)).Draw(t, "rtt")
		d.Networks = append(d.Networks, study.NamedNetwork{Name: fmt.Sprint("network ", i), Network: drawPoints(t, study.Network{
			Down:   study.Bitrate(rapid.Int64Range(0, int64(10*study.Gbps)).Draw(t, "down")),
			Up:     study.Bitrate(rapid.Int64Range(0, int64(10*study.Gbps)).Draw(t, "up")),
			RTT:    time.Duration(rtt),
			Jitter: time.Duration(rapid.Int64Range(0, rtt/2).Draw(t, "jitter")),
			Loss:   float64(rapid.IntRange(0, 900_000).Draw(t, "loss")) / 1e6,
			Queue:  rapid.IntRange(0, 1_000_000).Draw(t, "queue"),
		})})
	}
	if rapid.Bool().Draw(t, "preflight") {
		d.Preflight = study.Preflight{Check: true, Secure: rapid.Bool().Draw(t, "secure"), Pointer: rapid.Bool().Draw(t, "pointer"), Width: rapid.IntRange(0, 10_000).Draw(t, "width")}
		d.Preflight.Down = study.Bitrate(rapid.Int64Range(0, int64(study.Gbps)).Draw(t, "least down"))
		d.Preflight.RTT = time.Duration(rapid.Int64Range(0, int64(10*time.Second)).Draw(t, "longest rtt"))
	}
	drawFactors(t, &d)
	drawGroups(t, &d)
	drawPlanned(t, &d)
	drawLanguages(t, &d)
	return d
}

// drawLanguages puts the texts of d into German, or into English and German. Those in English are the appliance's.
func drawLanguages(t *rapid.T, d *study.Design) {
	d.Languages = rapid.SampledFrom([][]study.Language{nil, {"de"}, {"en", "de"}, {"de", "en"}, {"en", "de", "ar"}}).Draw(t, "languages")
	for _, w := range d.Wordings() {
		text := w.In("")
		if text == "" || d.Languages == nil {
			continue
		}
		*w = nil
		for _, l := range d.Languages {
			said := text
			if l != "en" {
				said = string(l) + ": " + text
			}
			*w = w.With(l, said)
		}
	}
	*d = d.Settled()
}

// drawOccasions gives d further visits, a screening with its rules, and questionnaires at some occasions.
func drawOccasions(t *rapid.T, d *study.Design) {
	for o, ids := range map[study.Occasion][]string{
		study.AtScreening: {"seq"}, study.AtBeginning: {"umux_lite", "acr"}, study.AfterPractice: {"dcr"}, study.AfterBlock: {"smeq"}, study.AfterVisit: {"mental_demand"},
	} {
		*d.Asks(o) = rapid.SampledFrom([][]string{nil, ids}).Draw(t, string(o))
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "visits") {
		d.Visits = append(d.Visits, study.Visit{After: i + 1, Apart: time.Duration(rapid.IntRange(0, 2000).Draw(t, "apart")) * time.Hour})
		least, _ := instrument.ParseDecimal("2.5")
		d.TurnAway = append(d.TurnAway, instrument.When{Item: "ease", AtLeast: &least}, instrument.When{Item: "ease", Is: []string{"1", "7"}})
	}
	d.TurnedAway = drawText(t, "turned away")
}

func TestALanguageThatIsAddedKeepsWhatIsWritten(t *testing.T) {
	before := questionnaire.Complete(studytest.Design(), study.Design{})
	for spoken, want := range map[string]study.Wording{
		"en":     study.Plain("Writing a letter from afar"),
		"en, de": {"en": "Writing a letter from afar"},
		"de en":  {"en": "Writing a letter from afar"},
		"de":     {"en": "Writing a letter from afar"},
	} {
		in := designFields(before)
		in.Set("spoken", spoken)
		d, bad := readDesign(in, appliancesForTest(), before)
		if diff := cmp.Diff(want, d.Title); diff != "" || len(bad) > 0 {
			t.Errorf("in %s: faults %v, title (-want +got):\n%s", spoken, bad, diff)
		}
		f := designView(in, appliancesForTest(), d.Questionnaires, nil)
		if several := len(strings.FieldsFunc(spoken, func(r rune) bool { return r == ' ' || r == ',' })) > 1; several != (f.Missing() > 0) {
			t.Errorf("in %s: %d texts are missing", spoken, f.Missing())
		}
	}
}

// Somebody takes German out of a study, empties its fields as the page asks, and adds a row before they save.
func TestALanguageThatIsTakenAwayLeavesTheOther(t *testing.T) {
	d := questionnaire.Complete(studytest.Design(), study.Design{})
	d.Languages = []study.Language{"en", "de"}
	d.Title = study.Wording{"en": "A letter", "de": "Ein Brief"}
	in := designFields(d)
	in.Set("spoken", "en")
	for field := range in {
		if strings.HasSuffix(field, ".de") {
			in.Set(field, "")
		}
	}
	_, f, _ := takeDesign(in, appliancesForTest(), d)
	if field, text := f.In("title", f.Tongues[0]); len(f.Tongues) != 1 || text != "A letter" {
		t.Errorf("the field %s holds %q, of the fields %v", field, text, in["title.en"])
	}
}

func TestTicksOfConditionsThatAreGoneAreGone(t *testing.T) {
	in := designFields(studytest.Design())
	in["leave_out[]"] = []string{"vnc/LAN/type", "vnc/WLAN/type"}
	in["first[]"] = []string{"local/none/type", "local/none/paint"}
	d, f, _ := takeDesign(in, appliancesForTest(), studytest.Design())
	if !slices.Equal(d.LeaveOut, []string{"vnc/LAN/type"}) || !slices.Equal(d.First, []string{"local/none/type"}) || len(f.Faults) > 0 {
		t.Errorf("left out %v, first %v, faults %v", d.LeaveOut, d.First, f.Faults)
	}
	var shown []string
	for _, c := range f.Preview.Conditions {
		shown = append(shown, fmt.Sprintf("%d %s %v %v", c.Number, c.Code, c.LeftOut, c.First))
	}
	want := []string{
		"1 local/none/type false true", "0 vnc/LAN/type true false", "2 vnc/3G/type false false",
		"3 stream-cluster/LAN/type false false", "4 stream-cluster/3G/type false false",
	}
	if diff := cmp.Diff(want, shown); diff != "" || f.Preview.Trials != 4 {
		t.Errorf("%d trials, conditions (-want +got):\n%s", f.Preview.Trials, diff)
	}
}

// ticked chooses access methods by ticks alone.
func ticked(methods ...string) func(url.Values) {
	return func(in url.Values) {
		maps.DeleteFunc(in, func(field string, _ []string) bool { return strings.HasPrefix(field, "methods[") })
		in["methods[]"] = methods
	}
}

func TestWhatIsWrongStandsBesideItsField(t *testing.T) {
	long := strings.Repeat("x", 20_001)
	const first, second = "networks[0].", "networks[1]."
	tests := map[string]struct {
		change func(in url.Values)
		field  string
		say    string
	}{
		"without a title":                    {set("title", " "), "title", "A title of 1 to 200 characters is needed."},
		"a title that is too long":           {set("title", long), "title", "A title of 1 to 200 characters is needed."},
		"a title that cannot be stored":      {set("title", "a\x00b"), "title", "This has characters that cannot be stored: use plain text."},
		"a title of two lines":               {set("title", "a\nb"), "title", "A title is one line of text."},
		"without consent":                    {set("consent", ""), "consent", "A consent text is needed: a participant must know what they agree to."},
		"consent that is too long":           {set("consent", long), "consent", "A text is longer than 20000 characters."},
		"thanks in broken UTF-8":             {set("thanks", "\xff"), "thanks", "This has characters that cannot be stored: use plain text."},
		"an appliance that is not there":     {set("appliance", "toaster"), "appliance", "Choose the appliance that the desktops are made from."},
		"no task":                            {set("task"), "tasks", "Choose at least one task."},
		"a task that no appliance has":       {set("task", "paint/sing"), "tasks", "Choose at least one task."},
		"no access method":                   {ticked(), "methods", "Choose at least one access method."},
		"a method that does not exist":       {ticked("vnc", "telepathy"), "methods[1]", "“telepathy” is not one of vnc, stream, local."},
		"a limit in words":                   {set("limit_s", "two minutes"), "limit_s", "“two minutes” is not a number such as 7.2 with at most 9 digits behind the point."},
		"a limit that is no number":          {set("limit_s", "NaN"), "limit_s", "“NaN” is not a number such as 7.2 with at most 9 digits behind the point."},
		"a limit of a second":                {set("limit_s", "1"), "limit_s", "The time limit of a trial must be from 10 to 7200 s."},
		"half a pause":                       {set("pause_every", "2.5"), "pause_every", "“2.5” is not a whole number."},
		"a pause before the first trial":     {set("pause_every", "-1"), "pause_every", "Pauses come after 1 to 200 trials, or 0 for none."},
		"five hours of set-up":               {set("set_up_min", "300"), "set_up_min", "Set-up time must be from 0 to 240 minutes."},
		"a set-up that rounds to none":       {set("set_up_min", "0.0000000001"), "set_up_min", "“0.0000000001” is not a number of minutes such as 7.5."},
		"an unknown order":                   {set("order", "alphabetical"), "order", "“alphabetical” is not one of williams, latin, random, fixed."},
		"a seed below zero":                  {set("seed", "-1"), "seed", "“-1” is not a whole number."},
		"a network without a name":           {set(first+"queue_packets", "5", first+"name"), first + "name", "Network \"\" needs a name of 1 to 40 characters that no other has."},
		"two networks of one name":           {set(first+"name", "3G"), second + "name", "Network \"3G\" needs a name of 1 to 40 characters that no other has."},
		"a name that cannot be stored":       {set(second+"name", "\xff"), second + "name", "This has characters that cannot be stored: use plain text."},
		"a rate with a comma":                {set(second+"down_mbps", "7,2"), second + "down_mbps", "“7,2” is not a number such as 7.2 with at most 6 digits behind the point."},
		"a rate with spaces around":          {set(second+"down_mbps", " 0.001 "), second + "down_mbps", "Network 3G: bandwidth down must be 0 (unlimited) or from 0.012 to 10000 Mbps, not 0.001."},
		"a rate that rounds to unlimited":    {set(second+"down_mbps", "0.0000001"), second + "down_mbps", "“0.0000001” is not a number such as 7.2 with at most 6 digits behind the point."},
		"loss that rounds to none":           {set(second+"loss_percent", "1e-323"), second + "loss_percent", "“1e-323” is not a number such as 7.2."},
		"a round trip into the past":         {set(second+"rtt_ms", "-5", second+"jitter_ms"), second + "rtt_ms", "Network 3G: round-trip time must be from 0 to 10000 ms, not -5 ms."},
		"jitter beyond half the round trip":  {set(second+"jitter_ms", "61"), second + "jitter_ms", "Network 3G: jitter must be from 0 to half the round-trip time (60 ms) where packets keep their order, not 61 ms."},
		"nothing but loss":                   {set(second+"loss_percent", "100"), second + "loss_percent", "Network 3G: loss must be from 0 to 90 %, not 100 %."},
		"half a packet in the queue":         {set(second+"queue_packets", "0.5"), second + "queue_packets", "“0.5” is not a whole number."},
		"no network though methods need one": {noNetworks, "networks", "Access method vnc passes a network: add at least one."},
		"far too many networks":              {manyNetworks(30), "networks", "30 are more than 24."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := designFields(studytest.Design())
			tt.change(in)
			_, f, _ := takeDesign(in, appliancesForTest(), studytest.Design())
			want := map[string]string{tt.field: tt.say}
			if diff := cmp.Diff(want, f.Faults); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if len(f.Preview.Faults) != 1 || !strings.HasSuffix(f.Preview.Faults[0].Say, tt.say) {
				t.Errorf("the preview lists %v, want the same sentence", f.Preview.Faults)
			}
		})
	}
}

// set gives a field its value and empties others. A list gets all values.
func set(field string, values ...string) func(url.Values) {
	return func(in url.Values) {
		if strings.HasPrefix(field, "networks") {
			for _, other := range values[1:] {
				in.Del(other)
			}
			values = values[:1]
		}
		in[field] = values
	}
}

func noNetworks(in url.Values) {
	maps.DeleteFunc(in, func(field string, _ []string) bool { return strings.HasPrefix(field, "networks[") })
}

// manyNetworks adds networks, so that there are n.
func manyNetworks(n int) func(url.Values) {
	return func(in url.Values) {
		for i := 2; i < n; i++ {
			in.Set(row("networks", i)+".name", fmt.Sprint("more ", i))
		}
	}
}

func TestAnUnbalancedWholeIsNoFieldsFault(t *testing.T) {
	in := designFields(studytest.Design())
	manyNetworks(22)(in)
	a := textEditor()
	for i := range 20 {
		id := study.TaskID(fmt.Sprint("task", i))
		a.Tasks = append(a.Tasks, study.Task{ID: id})
		in.Add("task", taskValue(a.Name, id))
	}
	_, f, ok := takeDesign(in, []Appliance{a}, studytest.Design())
	if got, want := f.Faults[""], "945 trials are more than 200: leave out some levels."; got != want || len(f.Faults) != 1 {
		t.Errorf("faults %v, want only %q", f.Faults, want)
	}
	if !ok {
		t.Error("it cannot be stored as a draft, though it can be read")
	}
}

func TestAFaultOfARowSaysWhichRowItIs(t *testing.T) {
	bad := faults{"networks[1].rtt_ms": "“fast” is no number.", "networks[0].down_mbps": "Network LAN: too much.", "title": "A title is needed."}
	var got []string
	for _, f := range faultsView(bad) {
		got = append(got, f.Say)
	}
	want := []string{"A title is needed.", "Network LAN: too much.", "Network 2: “fast” is no number."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the faults beside the form (-want +got):\n%s", diff)
	}
}

func TestEmptyRowsAreNoNetworks(t *testing.T) {
	d := studytest.Design()
	d.Networks = append(d.Networks, d.Networks[1])
	in := designFields(d)
	for field := range in {
		if strings.HasPrefix(field, "networks[1].") {
			in.Set(field, "")
		}
	}
	in.Set("networks[2].loss_percent", "99")
	got, f, _ := takeDesign(in, appliancesForTest(), studytest.Design())
	if len(got.Networks) != 2 || len(f.Networks) != 2 {
		t.Errorf("%d networks, want the 2 that are not empty", len(got.Networks))
	}
	if f.Faults["networks[1].loss_percent"] == "" || len(f.Faults) != 1 {
		t.Errorf("faults %v, want one at the row that became the second", f.Faults)
	}
}

func TestPreviewCountsWhatTheDesignComesTo(t *testing.T) {
	d := studytest.Design()
	p := designPreview(d, nil)
	if p.Trials != 5 || len(p.Conditions) != 5 || !p.Practice {
		t.Errorf("%d trials, %d conditions, practice %v; want 5, 5, true", p.Trials, len(p.Conditions), p.Practice)
	}
	if want := int(d.Estimate().Minutes()); p.Minutes != want {
		t.Errorf("%d minutes, want %d", p.Minutes, want)
	}
	if want := "a multiple of 10"; p.Balance != want {
		t.Errorf("balance %q, want %q: five conditions are odd, so reversed rows follow", p.Balance, want)
	}
	var first []int
	for _, c := range p.Sequences[0] {
		first = append(first, c.Number)
	}
	if want := []int{1, 2, 5, 3, 4}; !slices.Equal(first, want) {
		t.Errorf("first sequence %v, want %v", first, want)
	}
	if len(p.Sequences) != shownSequences || p.More != 4 {
		t.Errorf("%d sequences shown and %d more, want 6 and 4", len(p.Sequences), p.More)
	}
	var methods []string
	for _, c := range p.Conditions {
		if (c.Method == "local") == (c.Setting != "") {
			t.Errorf("condition %d, %s: setting %q", c.Number, c.Method, c.Setting)
		}
		methods = append(methods, c.Method)
	}
	if want := []string{"vnc", "vnc", "stream-cluster", "stream-cluster", "local"}; !slices.Equal(methods, want) {
		t.Errorf("methods %q, want %q", methods, want)
	}
}

func FuzzReadDesign(f *testing.F) {
	f.Add(designFields(studytest.Design()).Encode())
	f.Add("networks[0].name=&networks[0].down_mbps=1e309&networks[0].phases[3].for_s=1&pause_every=-9e99&seed=0x1&limit_s=1e-320&task=editor/type&appliance=editor&methods[]=vnc")
	f.Fuzz(func(t *testing.T, query string) {
		in, err := url.ParseQuery(query)
		if err != nil {
			t.Skip()
		}
		d, form, ok := takeDesign(in, appliancesForTest(), studytest.Design())
		if ok && form.Faults["title"] != "" {
			t.Errorf("a draft without a title can be stored: %q", d.Title)
		}
		for _, n := range d.Networks {
			if math.IsNaN(n.Network.Loss) {
				t.Errorf("loss of %s is not a number", n.Name)
			}
		}
		if d.Validate() == nil != (len(checkDesign(d, nil)) == 0) {
			t.Errorf("study says %v, the form says %v", d.Validate(), checkDesign(d, nil))
		}
		again, _, _ := takeDesign(form.Values, appliancesForTest(), studytest.Design())
		if diff := cmp.Diff(d, again); diff != "" {
			t.Errorf("the page shows another design than was typed (-typed +shown):\n%s", diff)
		}
	})
}

// A study file can ask more instruments after a trial than a form offers places for.
func TestTheFormHasAPlaceForEveryInstrument(t *testing.T) {
	d := studytest.Design()
	d.Instruments = nil
	for _, q := range offered(nil) {
		d.Instruments = append(d.Instruments, q.ID)
	}
	if len(d.Instruments) <= mostPlaces {
		t.Fatalf("the library has %d instruments, which all have a place", len(d.Instruments))
	}
	d = questionnaire.Complete(d, study.Design{})
	in := url.Values{}
	for _, c := range instrumentChoices(designFields(d), d.Questionnaires) {
		for _, place := range c.Places {
			if place.Chosen {
				in.Add(c.Field, place.Value)
			}
		}
	}
	got := d
	readInstruments(&got, in, d)
	if diff := cmp.Diff(d.Instruments, got.Instruments); diff != "" {
		t.Errorf("asked after a trial (-want +got):\n%s", diff)
	}
}
