package web

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
	"vmstudy/studytest"
)

func appliancesForTest() []Appliance { return []Appliance{editor()} }

func TestADesignSurvivesTheForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawDesign(t)
		got, bad := readDesign(designFields(want), appliancesForTest())
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
	d.Title = rapid.StringMatching(`[a-zäöü"<>&]{1,30}`).Draw(t, "title")
	d.Seed = rapid.Uint64().Draw(t, "seed")
	d.TrialLimit = time.Duration(rapid.IntRange(100, 72_000).Draw(t, "limit")) * 100 * time.Millisecond
	d.SetUp = time.Duration(rapid.IntRange(0, 240).Draw(t, "setup")) * time.Minute
	d.PauseEvery = rapid.IntRange(0, study.MaxTrials).Draw(t, "pause")
	d.Order = rapid.SampledFrom(study.Orders()).Draw(t, "order")
	d.Methods = slices.DeleteFunc(study.AccessMethods(), func(m study.AccessMethod) bool { return rapid.Bool().Draw(t, string(m)) })
	d.Instruments = rapid.SampledFrom([][]string{nil, {"tlx"}, {"tlx", "annoyance"}, {"satisfaction", "tlx", "remarks"}}).Draw(t, "instruments")
	if len(d.Methods) == 0 {
		d.Methods = nil
	}
	if rapid.Bool().Draw(t, "without practice") {
		d.Practice = nil
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
	return d
}

func TestWhatIsWrongStandsBesideItsField(t *testing.T) {
	long := strings.Repeat("x", 20_001)
	tests := map[string]struct {
		change func(in url.Values)
		field  string
		say    string
	}{
		"without a title":                    {set("title", " "), "title", "A title of 1 to 200 characters is needed."},
		"a title that is too long":           {set("title", long), "title", "A title of 1 to 200 characters is needed."},
		"a title that cannot be stored":      {set("title", "a\x00b"), "title", "This has characters that cannot be stored: use plain text."},
		"without consent":                    {set("consent", ""), "consent", "A consent text is needed: a participant must know what they agree to."},
		"consent that is too long":           {set("consent", long), "consent", "A text is longer than 20000 characters."},
		"thanks in broken UTF-8":             {set("thanks", "\xff"), "thanks", "This has characters that cannot be stored: use plain text."},
		"an appliance that is not there":     {set("appliance", "toaster"), "appliance", "Choose the appliance that the desktops are made from."},
		"no task":                            {set("task"), "task", "Choose at least one task."},
		"a task of another appliance":        {set("task", "paint/type"), "task", "Choose at least one task."},
		"no access method":                   {set("method"), "method", "Choose at least one access method."},
		"a method that does not exist":       {set("method", "telepathy"), "method", "Choose at least one access method."},
		"a limit in words":                   {set("limit", "two minutes"), "limit", "“two minutes” is not a number: write it as in 7.2."},
		"a limit that is no number":          {set("limit", "NaN"), "limit", "“NaN” is not a number: write it as in 7.2."},
		"an endless limit":                   {set("limit", "Inf"), "limit", "Inf is too large."},
		"a limit of a second":                {set("limit", "1"), "limit", "The time limit of a trial must be from 10 to 7200 s."},
		"half a pause":                       {set("pause", "2.5"), "pause", "2.5 must be a whole number."},
		"a pause before the first trial":     {set("pause", "-1"), "pause", "Pauses come after 1 to 200 trials, or 0 for none."},
		"five hours of set-up":               {set("setup", "300"), "setup", "Set-up time must be from 0 to 240 minutes."},
		"an unknown order":                   {set("order", "alphabetical"), "order", "Order \"alphabetical\" is unknown."},
		"a seed below zero":                  {set("seed", "-1"), "seed", "The seed must be a whole number from 0 to 18446744073709551615."},
		"a network without a name":           {set("net-name", "", "3G"), "net-0", "Network \"\" needs a name of 1 to 40 characters that no other has."},
		"two networks of one name":           {set("net-name", "3G", "3G"), "net-1", "Network \"3G\" needs a name of 1 to 40 characters that no other has."},
		"a name that cannot be stored":       {set("net-name", "LAN", "\xff"), "net-1", "The name has characters that cannot be stored."},
		"a rate with a comma":                {set("net-down", "0", "7,2"), "net-1", "“7,2” is not a number: write it as in 7.2."},
		"a rate below a packet a second":     {set("net-up", "0", "0.001"), "net-1", "Network 3G: bandwidth up must be 0 (unlimited) or from 0.012 to 10000 Mbps, not 0.001."},
		"a rate that rounds to unlimited":    {set("net-down", "0", "0.0000001"), "net-1", "0.0000001 is too small to be told from 0: write 0 if that is meant."},
		"a rate with a far exponent":         {set("net-up", "0", "1e-999"), "net-1", "1e-999 is too small to be told from 0: write 0 if that is meant."},
		"a rate in hexadecimal digits":       {set("net-up", "0", "0x.ep-9999"), "net-1", "0x.ep-9999 is too small to be told from 0: write 0 if that is meant."},
		"a round trip that rounds to none":   {set("net-rtt", "0", "0.0000001"), "net-1", "0.0000001 is too small to be told from 0: write 0 if that is meant."},
		"jitter that rounds to none":         {set("net-jitter", "0", "1e-7"), "net-1", "1e-7 is too small to be told from 0: write 0 if that is meant."},
		"loss that rounds to none":           {set("net-loss", "0", "1e-323"), "net-1", "1e-323 is too small to be told from 0: write 0 if that is meant."},
		"duplicates that round to none":      {set("net-duplicate", "0", "1e-323"), "net-1", "1e-323 is too small to be told from 0: write 0 if that is meant."},
		"a queue that rounds to the default": {set("net-queue", "0", "1e-400"), "net-1", "1e-400 is too small to be told from 0: write 0 if that is meant."},
		"a burst that rounds to chance":      {set("net-burst", "0", "1e-400"), "net-1", "1e-400 is too small to be told from 0: write 0 if that is meant."},
		"a repeat that rounds to never":      {set("net-repeat", "0", "1e-12"), "net-1", "1e-12 is too small to be told from 0: write 0 if that is meant."},
		"a set-up that rounds to none":       {set("setup", "1e-12"), "setup", "1e-12 is too small to be told from 0: write 0 if that is meant."},
		"pauses that round to none":          {set("pause", "1e-400"), "pause", "1e-400 is too small to be told from 0: write 0 if that is meant."},
		"a round trip into the past":         {set("net-rtt", "0", "-5"), "net-1", "Network 3G: round-trip time must be from 0 to 10000 ms, not -5 ms."},
		"jitter beyond half the round trip":  {set("net-jitter", "0", "61"), "net-1", "Network 3G: jitter must be from 0 to half the round-trip time (60 ms) where packets keep their order, not 61 ms."},
		"nothing but loss":                   {set("net-loss", "0", "100"), "net-1", "Network 3G: loss must be from 0 to 90 %, not 100 %."},
		"half a packet in the queue":         {set("net-queue", "0", "0.5"), "net-1", "0.5 must be a whole number."},
		"no network though methods need one": {set("net-name"), "networks", "Access method vnc passes a network: add at least one."},
		"far too many networks":              {manyNetworks, "networks", "A factor has more than 24 levels."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := designFields(studytest.Design())
			tt.change(in)
			_, f, _ := takeDesign(in, appliancesForTest())
			want := map[string]string{tt.field: tt.say}
			if diff := cmp.Diff(want, f.Faults); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if len(f.Preview.Faults) != 1 || f.Preview.Faults[0].Say != tt.say {
				t.Errorf("the preview lists %v, want the same sentence", f.Preview.Faults)
			}
		})
	}
}

func set(field string, values ...string) func(url.Values) {
	return func(in url.Values) { in[field] = values }
}

func manyNetworks(in url.Values) {
	for i := range 30 {
		addNetworkFields(in, study.NamedNetwork{Name: fmt.Sprint("more ", i)})
	}
}

func TestAnUnbalancedWholeIsNoFieldsFault(t *testing.T) {
	in := designFields(studytest.Design())
	for i := range 20 {
		addNetworkFields(in, study.NamedNetwork{Name: fmt.Sprint("more ", i)})
	}
	a := editor()
	for i := range 20 {
		id := study.TaskID(fmt.Sprint("task", i))
		a.Tasks = append(a.Tasks, study.Task{ID: id})
		in.Add("task", taskField(a.Name, id))
	}
	_, f, ok := takeDesign(in, []Appliance{a})
	if got, want := f.Faults[""], "945 trials are more than 200: leave out some levels."; got != want || len(f.Faults) != 1 {
		t.Errorf("faults %v, want only %q", f.Faults, want)
	}
	if !ok {
		t.Error("it cannot be stored as a draft, though it can be read")
	}
}

func TestEmptyRowsAreNoNetworks(t *testing.T) {
	in := designFields(studytest.Design())
	for _, field := range networkFields {
		in[field] = slices.Insert(in[field], 1, " ")
	}
	in["net-loss"][2] = "99"
	d, f, _ := takeDesign(in, appliancesForTest())
	if len(d.Networks) != 2 {
		t.Errorf("%d networks, want the 2 that are not empty", len(d.Networks))
	}
	if f.Faults["net-2"] == "" || len(f.Faults) != 1 {
		t.Errorf("faults %v, want one at the third row", f.Faults)
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
	if want := []int{1, 2, 5, 3, 4}; !slices.Equal(p.Sequences[0], want) {
		t.Errorf("first sequence %v, want %v", p.Sequences[0], want)
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
	f.Add("net-name=&net-down=1e309&pause=-9e99&seed=0x1&limit=1e-320&task=editor/type&appliance=editor&method=vnc")
	f.Fuzz(func(t *testing.T, query string) {
		in, err := url.ParseQuery(query)
		if err != nil {
			t.Skip()
		}
		d, form, ok := takeDesign(in, appliancesForTest())
		if ok && form.Faults["title"] != "" {
			t.Errorf("a draft without a title can be stored: %q", d.Title)
		}
		for _, n := range d.Networks {
			if math.IsNaN(n.Network.Loss) {
				t.Errorf("loss of %s is not a number", n.Name)
			}
		}
		if d.Validate() == nil != (len(checkDesign(d, in)) == 0) {
			t.Errorf("study says %v, the form says %v", d.Validate(), checkDesign(d, in))
		}
	})
}
