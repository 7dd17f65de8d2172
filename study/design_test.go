package study_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

func demo() study.Design {
	return study.Design{
		Title: study.Plain("Two ways"), Consent: study.Plain("I agree."), Appliance: "demo",
		Methods: study.PlainLevels(study.VNC, study.Stream, study.Local),
		Networks: []study.NamedNetwork{
			{Name: "fast", Network: study.Network{Down: 14_400 * study.Kbps, Up: 14_400 * study.Kbps, RTT: 60 * time.Millisecond}},
			{Name: "slow", Network: study.Network{Down: 7_200 * study.Kbps, Up: 7_200 * study.Kbps, RTT: 120 * time.Millisecond}},
		},
		Tasks:       []study.Task{{ID: "type", Title: study.Plain("Type")}, {ID: "paint", Title: study.Plain("Paint")}},
		Practice:    &study.Task{ID: "practice", Title: study.Plain("Practice"), Practice: true},
		About:       "about",
		Instruments: []string{"satisfaction", "tlx"},
		Order:       study.Williams, TrialLimit: 2 * time.Minute, PauseEvery: 4,
	}
}

func TestConditionsCrossTheFactorsAndKeepLocalOffTheNetwork(t *testing.T) {
	var got []string
	for _, c := range demo().Conditions() {
		got = append(got, c.Code())
	}
	want := []string{
		"vnc/fast/type", "vnc/fast/paint", "vnc/slow/type", "vnc/slow/paint",
		"stream/fast/type", "stream/fast/paint", "stream/slow/type", "stream/slow/paint",
		"local/none/type", "local/none/paint",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
}

func TestStreamStandsOnceForEachStrategy(t *testing.T) {
	d := study.Design{
		Methods:  study.StreamedBy(study.PlainLevels(study.VNC, study.Stream, study.Local), []study.Strategy{study.NoStrategy, study.BestStrategy}, false),
		Networks: []study.NamedNetwork{{Name: "3G"}},
		Tasks:    []study.Task{{ID: "type"}},
	}
	var codes []string
	for _, c := range d.Conditions() {
		codes = append(codes, c.Code())
	}
	want := []string{"vnc/3G/type", "stream-none/3G/type", "stream-best/3G/type", "local/none/type"}
	if !slices.Equal(codes, want) {
		t.Errorf("conditions %v, want %v", codes, want)
	}
}

func TestEstimateAddsUpItsParts(t *testing.T) {
	d := demo()
	// 4 min frame; 10 trials of 20 s loading, 72 s work, 2 x 20 s rating; practice 92 s; 2 pauses.
	want := 4*time.Minute + 10*132*time.Second + 92*time.Second + 2*time.Minute
	if got := d.Estimate(); got != want.Round(time.Minute) {
		t.Errorf("Estimate() = %v, want %v", got, want.Round(time.Minute))
	}
	// With blocks by network there is a pause before each but the first, each of ten minutes.
	d.Blocks, d.PauseLeast = study.Blocks{By: study.NetworkFactor, Order: study.Fixed, Pause: true}, 10*time.Minute
	networks := map[string]bool{}
	for _, c := range d.Conditions() {
		networks[c.Network.Name] = true
	}
	want += time.Duration(2*9+10*(len(networks)-1)) * time.Minute
	if got := d.Estimate(); got != want.Round(time.Minute) {
		t.Errorf("with blocks that begin with a pause: Estimate() = %v, want %v", got, want.Round(time.Minute))
	}
}

func TestDesignValidate(t *testing.T) {
	tests := map[string]struct {
		change func(*study.Design)
		say    string // part of the sentence; empty for a good design
	}{
		"the demo study":                   {func(*study.Design) {}, ""},
		"without a title":                  {func(d *study.Design) { d.Title = study.Plain("") }, "title"},
		"without consent":                  {func(d *study.Design) { d.Consent = study.Plain("") }, "consent"},
		"an unknown access method":         {func(d *study.Design) { d.Methods[0].Method = "telepathy" }, "telepathy"},
		"a method twice":                   {func(d *study.Design) { d.Methods[1].Method = study.VNC }, "twice"},
		"two levels that are called alike": {func(d *study.Design) { d.Methods[1].Name = "vnc" }, "access method \"vnc\" is there twice"},
		"cold and warm streams have names": {func(d *study.Design) {
			d.Methods = append(d.Methods, study.Access{Name: "stream-warm", Method: study.Stream, Warm: true})
		}, ""},
		"a name that would part a code":   {func(d *study.Design) { d.Methods[1].Name = "stream/warm" }, "no slash"},
		"a strategy of another method":    {func(d *study.Design) { d.Methods[0].Strategy = study.BestStrategy }, "only a stream has a strategy"},
		"an unknown strategy":             {func(d *study.Design) { d.Methods[1].Strategy = "luck" }, "luck"},
		"a warm screen":                   {func(d *study.Design) { d.Methods[0].Warm = true }, "only a stream begins cold or warm"},
		"vnc without a network":           {func(d *study.Design) { d.Networks = nil }, "passes a network"},
		"local alone needs no network":    {func(d *study.Design) { d.Networks, d.Methods = nil, d.Methods[2:] }, ""},
		"two networks of one name":        {func(d *study.Design) { d.Networks[1].Name = "fast" }, "no other has"},
		"a network that loses everything": {func(d *study.Design) { d.Networks[0].Network.Loss = 1 }, "network fast: loss must be from 0 to 90 %"},
		"a network that nothing passes":   {func(d *study.Design) { d.Networks[0].Network.Outage = true }, "network fast: nothing passes it"},
		"no task":                         {func(d *study.Design) { d.Tasks = nil }, "task"},
		"a limit of a second":             {func(d *study.Design) { d.TrialLimit = time.Second }, "time limit"},
		"recording on a whim":             {func(d *study.Design) { d.Record = "whim" }, "record"},
		"an unknown order":                {func(d *study.Design) { d.Order = "alphabetical" }, "order"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := demo()
			tt.change(&d)
			err := d.Validate()
			if tt.say == "" {
				if err != nil {
					t.Fatalf("Validate() = %v, want nil", err)
				}
				return
			}
			if !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), tt.say) {
				t.Errorf("Validate() = %v, want ErrInvalid with %q", err, tt.say)
			}
		})
	}
}

func TestQueueDefaultsToABandwidthDelayProduct(t *testing.T) {
	tests := map[string]struct {
		network study.Network
		want    int
	}{
		"7.2 Mbps over 120 ms":  {study.Network{RTT: 120 * time.Millisecond}, 72},
		"a short path has room": {study.Network{}, 32},
		"what is set counts":    {study.Network{RTT: time.Second, Queue: 7}, 7},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.network.QueueLimit(7_200 * study.Kbps); got != tt.want {
				t.Errorf("QueueLimit = %d packets, want %d", got, tt.want)
			}
		})
	}
}
