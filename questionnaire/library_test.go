package questionnaire

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"vmstudy/study"
)

func TestEveryInstrumentCanBeLookedUp(t *testing.T) {
	var ids []string
	for _, in := range All() {
		ids = append(ids, in.ID)
		found, err := Lookup(in.ID)
		if err != nil || found.ID != in.ID {
			t.Errorf("Lookup(%q) = %q, %v", in.ID, found.ID, err)
		}
		if _, err := files.ReadFile("instruments/" + in.ID + ".yaml"); err != nil {
			t.Errorf("instrument %q is not in the file of that name: %v", in.ID, err)
		}
	}
	if got, want := strings.Join(ids, " "), "about annoyance remarks satisfaction tlx"; got != want {
		t.Errorf("instruments %q, want %q", got, want)
	}
}

func TestLookupOfUnknownInstrumentIsNotFound(t *testing.T) {
	if _, err := Lookup("sus"); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("err = %v, want ErrNotFound", err)
	}
}

func TestTicksShowNoNumberAndSpeakNoValue(t *testing.T) {
	tlx := mustLookup(t, "tlx")
	for _, it := range tlx.Items {
		if len(it.Options) != 21 || it.Options[0].Value != "0" || it.Options[20].Value != "100" {
			t.Fatalf("%s: want 21 marks from 0 to 100, got %v", it.ID, it.Options)
		}
		for i, o := range it.Options {
			if want := fmt.Sprint(5 * i); o.Value != want || o.Label != "" {
				t.Errorf("%s, mark %d: value %q shown as %q, want %q shown as nothing", it.ID, i+1, o.Value, o.Label, want)
			}
		}
	}
	performance, _ := tlx.item("performance")
	first, last := performance.Options[0].Spoken, performance.Options[20].Spoken
	if first != "mark 1 of 21, Perfect" || last != "mark 21 of 21, Failure" {
		t.Errorf("performance speaks %q to %q", first, last)
	}
}

func TestRatingsHaveSevenPointsWithLabelledEnds(t *testing.T) {
	for _, id := range []string{"satisfaction", "annoyance"} {
		it := mustLookup(t, id).Items[0]
		if len(it.Options) != 7 || it.Options[0].Label != "1" || it.Options[6].Label != "7" {
			t.Errorf("%s: options %v, want 1 to 7", id, it.Options)
		}
		if it.Options[3].Spoken != "4" || it.Options[6].Spoken != "7, "+it.High {
			t.Errorf("%s: speaks %q and %q", id, it.Options[3].Spoken, it.Options[6].Spoken)
		}
	}
}

// TestPublishedVersionsStayAsTheyAre fails if a published version of an instrument has changed. To
// change an instrument, raise its version and add a line to testdata/versions.txt; never change or
// remove a line there.
func TestPublishedVersionsStayAsTheyAre(t *testing.T) {
	published := publishedVersions(t)
	for _, in := range All() {
		data, err := files.ReadFile("instruments/" + in.ID + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%s %d", in.ID, in.Version)
		if got := fmt.Sprintf("%x", sha256.Sum256(data)); published[name] != got {
			t.Errorf("%s has changed: raise its version and add to testdata/versions.txt\n%s %s", name, name, got)
		}
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

func mustLookup(t testing.TB, id string) Instrument {
	t.Helper()
	in, err := Lookup(id)
	if err != nil {
		t.Fatal(err)
	}
	return in
}
