package simulate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/analysis/simulate"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// simulated returns a store with a study that was simulated, and the study.
func simulated(t *testing.T, d study.Design, people int, seed uint64) (*studytest.Store, study.StudyID) {
	t.Helper()
	store := studytest.NewStore()
	id, err := store.CreateStudy(t.Context(), 0, d, studytest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Publish(t.Context(), id, 0, studytest.Noon); err != nil {
		t.Fatal(err)
	}
	if err := run(t.Context(), store, id, people, seed); err != nil {
		t.Fatal(err)
	}
	return store, id
}

func run(ctx context.Context, store *studytest.Store, id study.StudyID, people int, seed uint64) error {
	return simulate.Run{
		Assumptions: simulate.Usual(), Study: id, People: people, Seed: seed, From: studytest.Noon, Asked: questionnaire.Of,
	}.Do(ctx, store, func(int, int) {})
}

func exported(t *testing.T, store *studytest.Store, id study.StudyID) []byte {
	t.Helper()
	var zip bytes.Buffer
	f := analysis.Filter{Study: id, Simulated: true, At: studytest.Noon.Add(1000 * time.Hour)}
	if err := analysis.Export(t.Context(), store.Source(), f, questionnaire.Named(), &zip); err != nil {
		t.Fatal(err)
	}
	return zip.Bytes()
}

func TestOneSeedMakesUpOnePerson(t *testing.T) {
	one, id := simulated(t, studytest.Design(), 6, 7)
	again, _ := simulated(t, studytest.Design(), 6, 7)
	other, _ := simulated(t, studytest.Design(), 6, 8)
	if !bytes.Equal(exported(t, one, id), exported(t, again, id)) {
		t.Error("the same seed made up other data")
	}
	if bytes.Equal(exported(t, one, id), exported(t, other, id)) {
		t.Error("another seed made up the same data")
	}
}

// everything is a design that asks for whatever a visit can have.
func everything() study.Design {
	d := studytest.Design()
	d.Opening, d.Closing = []string{"ueq_s"}, []string{"sus", "remarks", "tlx_pairs"}
	d.Instruments = []string{"satisfaction", "annoyance", "tlx", "acr", "smeq", "seq", "umux_lite"}
	d.PauseEvery, d.PauseLeast = 2, time.Minute
	d.Visits = []study.Visit{{After: 3, Apart: 24 * time.Hour}}
	d.AfterVisit = []string{"accomplishment"}
	return d
}

func TestSimulatedVisitsComeToTheirEnds(t *testing.T) {
	const people = 40
	for name, d := range map[string]study.Design{"a plain design": studytest.Design(), "one that asks for everything": everything(), "one that searches": studytest.Searching()} {
		store, id := simulated(t, d, people, 11)
		visits, err := store.Sessions(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		ended := 0
		for _, x := range visits {
			if !x.Participant.Simulated {
				t.Errorf("%s: %s is not marked as simulated", name, x.Participant.Code)
			}
			if !x.EndedAt.IsZero() {
				ended++
			}
		}
		if len(visits) != people || ended < people*8/10 || ended == people {
			t.Errorf("%s: of %d visits %d ended; most of %d should, and some people should leave", name, len(visits), ended, people)
		}
		people, err := store.Participants(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if got := people[0].Code; got != "S001" {
			t.Errorf("%s: the first code is %s", name, got)
		}
	}
}

// results are what is found in the simulated visits of the first version of a study.
func results(t *testing.T, store *studytest.Store, id study.StudyID) analysis.Results {
	t.Helper()
	f := analysis.Filter{Study: id, Simulated: true, At: studytest.Noon.Add(1000 * time.Hour)}
	versions, err := store.Versions(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	found, err := analysis.Find(t.Context(), store.Source(), f, versions[0], questionnaire.Named())
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What is made up follows from the assumptions: in hard conditions people are less content, slower, and wait longer.
func TestHardConditionsAreAssumedToBeHard(t *testing.T) {
	store, id := simulated(t, studytest.Design(), 60, 1)
	found := results(t, store, id)
	middle := map[string][3]float64{} // mean seconds, median of median response times, trials
	for _, c := range found.Conditions {
		middle[c.Condition.Code()] = [3]float64{c.TimeOnTask.Mean, float64(slices.Sorted(slices.Values(c.Medians))[len(c.Medians)/2]), float64(c.Trials)}
	}
	local, far := "local/none/type", "vnc/3G/type"
	if a, b := middle[local], middle[far]; !(a[0] < b[0]) || !(a[1] < b[1]) || a[2] == 0 {
		t.Errorf("%s has %v, %s has %v: want the latter to take longer, of %v", local, a, far, b, middle)
	}
}

// A search leaves data for the sections that are about it, and for no others.
func TestASimulatedSearchHasItsCrossover(t *testing.T) {
	store, id := simulated(t, studytest.Searching(), 6, 2)
	found := results(t, store, id)
	var ids []string
	for _, s := range report.Sections(found.Data) {
		ids = append(ids, s.ID)
	}
	if !slices.Equal(ids, []string{"who", "network", "search"}) && !slices.Equal(ids, []string{"who", "search"}) {
		t.Errorf("sections %v", ids)
	}
	all, people := report.Search(found.Data).Tables[0].Rows, report.Search(found.Data).Tables[1].Rows
	if len(people) < 4 || len(all) != 1 || all[0][0].Say != "20 Mbps" || all[0][3].Raw == "" {
		t.Errorf("of %d people together %v", len(people), all)
	}
	for _, o := range report.Outcomes(found.Data) {
		if s := report.Tested(found.Data, o); len(s.Tables)+len(s.Figures) > 0 || len(s.Lead) != 1 || !strings.HasPrefix(s.Lead[0], "Refused:") {
			t.Errorf("%s is tested: %q", o.ID, s.Lead)
		}
	}
	if s := report.Crossover(found.Data); len(s.Figures) > 0 || !strings.HasPrefix(s.Lead[0], "Refused:") {
		t.Errorf("a curve is fitted: %q", s.Lead)
	}
}

// The section about the network finds nothing wrong with networks that were not there, and has something to show.
func TestSimulatedNetworksAreWhatTheyAreSetToBe(t *testing.T) {
	d := studytest.Design()
	for _, p := range study.Profiles() {
		d.Networks = append(d.Networks, study.NamedNetwork{Name: p.Name, Network: p.Network})
	}
	store, id := simulated(t, d, 6, 3)
	s := report.Network(results(t, store, id).Data)
	var shown []string
	for _, f := range s.Figures {
		shown = append(shown, f.ID)
		for _, row := range f.Twin.Rows {
			if trials, unmeasured, outside := row[1].Say, row[2].Say, row[len(row)-1].Say; trials != "0" && (unmeasured != "0" || outside != "0") {
				t.Errorf("%s, %s: of %s trials %s are not measured and %s outside of what is tolerated", f.ID, row[0].Say, trials, unmeasured, outside)
			}
		}
	}
	if !slices.Equal(shown, []string{"round-trips", "rates"}) {
		t.Errorf("figures %v, want those of round trips and of rates", shown)
	}
	for _, table := range s.Tables {
		t.Errorf("%s: %v", table.Title, table.Rows)
	}
}

// A stream asks for all that its link carries, a screen that is sent for less.
func TestASimulatedStreamFillsItsLink(t *testing.T) {
	store, id := simulated(t, studytest.Design(), 6, 3)
	busiest := map[study.AccessMethod]study.Bitrate{}
	for _, x := range results(t, store, id).Data.Trials {
		if m := x.Condition.Method; x.Condition.Network.Name == "3G" {
			busiest[m] = max(busiest[m], x.Goodput)
		}
	}
	if set := studytest.Design().Networks; busiest[study.Stream] <= busiest[study.VNC] || busiest[study.VNC] == 0 {
		t.Errorf("busiest seconds %v, in networks %v", busiest, set)
	}
}

func TestPeopleAndSimulatedOnesAreNeverCountedTogether(t *testing.T) {
	store, id := simulated(t, studytest.Design(), 4, 7)
	var codes []string
	for p, err := range store.Source().Participants(t.Context(), analysis.Filter{Study: id, Pilots: true}) {
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, p.Code)
	}
	if len(codes) > 0 {
		t.Errorf("an export about people has %v", codes)
	}
	if n, err := store.RemoveSimulated(t.Context(), id); n != 4 || err != nil {
		t.Errorf("removed %d, %v; want 4", n, err)
	}
}

func TestWhatCannotBeSimulatedIsSaid(t *testing.T) {
	store := studytest.NewStore()
	id, err := store.CreateStudy(t.Context(), 0, studytest.Design(), studytest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		people int
		want   error
	}{
		"nobody":                                 {0, study.ErrInvalid},
		"too many":                               {simulate.MostPeople + 1, study.ErrInvalid},
		"people in a study nobody has published": {1, study.ErrConflict},
	} {
		if err := run(t.Context(), store, id, test.people, 1); !errors.Is(err, test.want) {
			t.Errorf("simulate %s: got %v, want %v", name, err, test.want)
		}
	}
}

func TestTheAssumptionsAreStated(t *testing.T) {
	want := []string{"0.8 of the way", "0.5 less", "30 ms", "6 % of people leave"}
	text := simulate.Usual().Text()
	var missing []string
	for _, w := range want {
		if !bytes.Contains([]byte(text), []byte(w)) {
			missing = append(missing, w)
		}
	}
	if diff := cmp.Diff([]string(nil), missing); diff != "" {
		t.Errorf("not stated %s\nin %s", diff, fmt.Sprint(text))
	}
}
