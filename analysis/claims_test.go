package analysis_test

import (
	"bytes"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis"
	"vmstudy/study"
)

func TestASessionCountsItsTrialsWhetherTheyCountOrNot(t *testing.T) {
	r, v := asking(t)
	x := r.takePart(v.Study, nil)
	r.must(r.store.Rule(t.Context(), x.ID, study.Ruling{State: study.PlaceExcluded, Ground: study.GroundTechnical, At: r.now}))
	files := tables(t, r.store.Source(), analysis.Filter{Study: v.Study})
	for _, name := range []string{"trials_planned", "trials_finished"} {
		if got := column(t, files["sessions.csv"], name); !slices.Equal(got, []string{"1"}) {
			t.Errorf("%s of an excluded session is %q, want 1", name, got)
		}
		for _, row := range files["codebook.csv"] {
			if row[1] == name && !strings.Contains(row[3], "whether they count or not") {
				t.Errorf("the codebook says of %s: %s", name, row[3])
			}
		}
	}
}

func TestTheReadmeSaysWhetherPilotsAreInTheFiles(t *testing.T) {
	src, f, _ := recorded(t)
	for pilots, want := range map[bool]string{true: "those of other versions, of pilots, of practice", false: "Pilots are in no file"} {
		f.Pilots = pilots
		text := string(read(t, unpacked(t, src, f), "README.txt"))
		if !strings.Contains(text, want) || pilots == strings.Contains(text, "Pilots are in no file") {
			t.Errorf("pilots %v: the text does not say %q:\n%s", pilots, want, text)
		}
	}
}

func TestTheEntryOfTheAuditIsAllThatSetsTwoDownloadsApart(t *testing.T) {
	src, f := varied(t)
	f.Audit = "1:aaaa"
	first := unpacked(t, src, f)
	f.Audit = "2:bbbb"
	second := unpacked(t, src, f)
	var differ []string
	err := filepath.WalkDir(first, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(first, path)
		if err == nil && !bytes.Equal(read(t, first, name), read(t, second, name)) {
			differ = append(differ, name)
		}
		return err
	})
	if diff := cmp.Diff([]string{"README.txt", "manifest.sha256"}, differ); err != nil || diff != "" {
		t.Errorf("%v, files that differ (-want +got):\n%s", err, diff)
	}
}

func TestADatasetIsOfTheDayOfItsNewestRow(t *testing.T) {
	const twoDays = 48 * time.Hour
	record := func(r *recording, a study.AttemptID, lasted time.Duration) {
		r.must(r.store.BeginRecording(t.Context(), a, r.now))
		r.must(r.store.EndRecording(t.Context(), study.Recording{Attempt: a, Duration: lasted, Ended: study.RecordedWhole, SHA256: strings.Repeat("0", 64)}))
	}
	for name, happens := range map[string]func(r *recording, x study.Session){
		"a trial was excluded": func(r *recording, x study.Session) {
			r.must(r.store.RuleOnTrial(t.Context(), x.ID, x.Trials[0].ID, study.TrialRuling{Excluded: true, Ground: study.GroundTechnical, At: r.now.Add(twoDays)}))
		},
		"a recording ended": func(r *recording, x study.Session) { record(r, x.Trials[0].Last().ID, twoDays) },
		"a recording was deleted": func(r *recording, x study.Session) {
			record(r, x.Trials[0].Last().ID, time.Second)
			r.must(r.store.DeleteRecording(t.Context(), x.Trials[0].Last().ID, "ada", "asked for", r.now.Add(twoDays)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, v := asking(t)
			happens(r, r.takePart(v.Study, nil))
			text := string(read(t, unpacked(t, r.store.Source(), analysis.Filter{Study: v.Study}), "README.txt"))
			if want := "The newest row is of " + r.now.Add(twoDays).Format("2006-01-02"); !strings.Contains(text, want) {
				t.Errorf("the text does not say %q:\n%s", want, text)
			}
		})
	}
}

func TestTheLicenceOfADesignIsInWhatDescribesTheData(t *testing.T) {
	r, v := simulated(t, 1, func(d *study.Design) { d.License = "CC0-1.0" })
	for asked, want := range map[string]string{"": "CC0-1.0", "CC-BY-4.0": "CC-BY-4.0"} {
		dir := unpacked(t, r.store.Source(), analysis.Filter{Study: v.Study, License: asked})
		for _, file := range []string{"README.txt", "CITATION", "dataset_description.json"} {
			if text := string(read(t, dir, file)); !strings.Contains(text, want) {
				t.Errorf("asked for %q: %s does not say %s", asked, file, want)
			}
		}
	}
}
