package questionnaire

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

func TestEveryVersionIsInTheFileOfItsName(t *testing.T) {
	entries, err := files.ReadDir("instruments")
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != len(library()) {
		t.Errorf("%d files and %d instruments", len(entries), len(library()))
	}
	for _, in := range library() {
		if _, err := files.ReadFile(file(in)); err != nil {
			t.Errorf("%s %d: %v", in.ID, in.Version, err)
		}
		found, err := Find(in.ID, in.Version)
		if err != nil || found.ID != in.ID || found.Version != in.Version {
			t.Errorf("Find(%s, %d) = %s %d, %v", in.ID, in.Version, found.ID, found.Version, err)
		}
		if in.Source == "" {
			t.Errorf("%s %d says not where it comes from", in.ID, in.Version)
		}
	}
}

func file(in instrument.Instrument) string {
	return fmt.Sprintf("instruments/%s-%d.yaml", in.ID, in.Version)
}

func TestEveryInstrumentHasItsFirstVersionAndNoGap(t *testing.T) {
	newest := map[string]int{}
	for _, in := range library() {
		if in.Version != newest[in.ID]+1 {
			t.Errorf("%s has version %d after %d", in.ID, in.Version, newest[in.ID])
		}
		newest[in.ID] = in.Version
	}
	if len(All()) != len(newest) || len(Named()) != len(newest) {
		t.Errorf("%d are newest and %d first, of %d instruments", len(All()), len(Named()), len(newest))
	}
	for _, in := range All() {
		if in.Version != newest[in.ID] {
			t.Errorf("%s %d is not its newest version", in.ID, in.Version)
		}
	}
}

func TestWhatIsNotInTheLibraryIsNotFound(t *testing.T) {
	for id, version := range map[string]int{"nobody": 1, "tlx": 99} {
		if _, err := Find(id, version); !errors.Is(err, study.ErrNotFound) {
			t.Errorf("%s %d: %v, want ErrNotFound", id, version, err)
		}
	}
}

func TestWhatIsAskedTogetherCanBeScored(t *testing.T) {
	if faults := instrument.CheckTogether(All()); len(faults) > 0 {
		t.Error(faults)
	}
}

func TestWhatIsAskedIsThere(t *testing.T) {
	for name, test := range map[string]struct {
		asks study.Design
		want []study.Fault
	}{
		"nothing":                  {study.Design{}, nil},
		"what the library has":     {study.Design{Instruments: []string{"sus", "tlx"}, About: "about"}, nil},
		"what nobody has":          {study.Design{Instruments: []string{"sus", "nonsense"}}, []study.Fault{{At: "instruments[1]", Say: `there is no questionnaire "nonsense": neither this study has one, nor the library`}}},
		"about you, as nobody has": {study.Design{About: "nobody"}, []study.Fault{{At: "about", Say: `there is no questionnaire "nobody": neither this study has one, nor the library`}}},
		"weights without the pairs": {study.Design{Instruments: []string{"tlx_weighted"}}, []study.Fault{{
			At: "questionnaires[0].measures[1].formula", Say: "tlx_pairs.mental_demand is read here, so the study must ask the instrument tlx_pairs with its measure mental_demand as well",
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []study.Fault
			for _, f := range Faults(test.asks) {
				if f.At == "about" || strings.HasPrefix(f.At, "instruments") || strings.HasPrefix(f.At, "questionnaires") {
					got = append(got, f)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPublishedVersionsStayAsTheyAre fails if a published version of an instrument has changed. To
// change an instrument, add a file with the next version, and a line to testdata/versions.txt; never change or
// remove a line there.
func TestPublishedVersionsStayAsTheyAre(t *testing.T) {
	published := publishedVersions(t)
	for _, in := range library() {
		data, err := files.ReadFile(file(in))
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%s %d", in.ID, in.Version)
		if got := fmt.Sprintf("%x", sha256.Sum256(data)); published[name] != got {
			t.Errorf("%s has changed: add a next version, and to testdata/versions.txt\n%s %s", name, name, got)
		}
		delete(published, name)
	}
	if len(published) > 0 {
		t.Errorf("these versions are no longer there: %v", published)
	}
}

// publishedVersions reads testdata/versions.txt: lines of "id version sha256".
func publishedVersions(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open("testdata/versions.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	published := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		cut := strings.LastIndexByte(lines.Text(), ' ')
		published[lines.Text()[:max(cut, 0)]] = lines.Text()[cut+1:]
	}
	return published
}

// find returns one version of an instrument.
func find(t testing.TB, id string, version int) instrument.Instrument {
	t.Helper()
	in, err := Find(id, version)
	if err != nil {
		t.Fatal(err)
	}
	return in
}
