package analysis_test

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/analysis"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// tables returns the files of an export.
func tables(t *testing.T, src analysis.Source, f analysis.Filter) map[string][][]string {
	t.Helper()
	var out bytes.Buffer
	if err := analysis.Export(t.Context(), src, f, questionnaire.Named(), &out); err != nil {
		t.Fatal(err)
	}
	return contents(t, out.Bytes())
}

func TestTheHashOfTheVersionIsOnEveryRow(t *testing.T) {
	src, f := varied(t)
	found := 0
	for name, records := range tables(t, src, f) {
		if slices.Contains([]string{"codebook.csv", "instruments.csv", "calibration.csv", "externals.csv"}, name) {
			continue // rows about columns, questions, machines, and people before they come
		}
		hashes := column(t, records, "study_hash")
		if name == "participants.csv" || name == "exclusions.csv" {
			slices.SortFunc(hashes, func(a, b string) int { return len(b) - len(a) })
			if last := hashes[len(hashes)-1]; last != "" {
				t.Errorf("somebody who has not come yet follows the version %s", last)
			}
			hashes = hashes[:len(hashes)-1]
		}
		for _, h := range hashes {
			found++
			if len(h) != 64 {
				t.Errorf("%s has a row with the hash %q", name, h)
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d rows, in which little can be wrong", found)
	}
}

func TestLevelsCanBeToldFromTheCodeOfACondition(t *testing.T) {
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	design := studytest.Design()
	design.Practice, design.About, design.Instruments = nil, "", []string{"satisfaction"}
	design.Methods = study.PlainLevels(study.VNC)
	design.Networks = []study.NamedNetwork{{Name: "a/b"}, {Name: "50%", Network: study.Network{RTT: time.Second}}}
	id, err := r.store.CreateStudy(t.Context(), 0, design, r.now)
	r.must(err)
	_, err = r.store.Publish(t.Context(), id, 0, r.now)
	r.must(err)
	people, err := r.store.AddParticipants(t.Context(), id, false, []string{"link"}, r.now)
	r.must(err)
	s, err := r.store.StartSession(t.Context(), people[0].ID, r.now)
	r.must(err)
	r.must(r.store.RecordConsent(t.Context(), s, false, r.now))
	x, err := r.store.Session(t.Context(), s)
	r.must(err)
	for _, trial := range x.Trials {
		a := r.attempt(trial.ID)
		r.must(r.store.SaveBatch(t.Context(), studytest.BatchOf(a.ID, 1, []study.Interaction{{Number: 1, Kind: study.Key, At: r.now}})))
		r.must(r.store.RecordRating(t.Context(), s, trial.ID, study.Rating{
			Instrument: "satisfaction", At: r.now, Answers: []study.Answer{{Item: "satisfaction", Value: "5"}},
		}))
	}
	files := tables(t, r.store.Source(), analysis.Filter{Study: id})
	for _, name := range []string{"trials.csv", "responses.csv", "scores.csv", "interactions.csv"} {
		codes, networks := column(t, files[name], "condition"), column(t, files[name], "network")
		slices.Sort(networks)
		if !slices.Equal(networks, []string{"50%", "a/b"}) {
			t.Errorf("%s: networks %q", name, networks)
		}
		for _, code := range codes {
			levels := strings.Split(code, "/")
			if len(levels) != 3 || levels[0] != "vnc" || levels[2] != "type" || levels[1] != "a%2Fb" && levels[1] != "50%25" {
				t.Errorf("%s: the code %s has the levels %q", name, code, levels)
			}
		}
	}
}

func TestTwoExportsWithoutAWriteBetweenAreTheSame(t *testing.T) {
	src, f := varied(t)
	export := func(at time.Time) []byte {
		f.At = at
		var out bytes.Buffer
		if err := analysis.Export(t.Context(), src, f, questionnaire.Named(), &out); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	first := export(studytest.Noon.Add(time.Hour))
	if again := export(studytest.Noon.Add(2 * time.Hour)); !bytes.Equal(first, again) {
		t.Error("the second export differs from the first")
	}
	z, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil {
		t.Fatal(err)
	}
	want := studytest.BatchOf(1, 1, nil).Received.Truncate(time.Second) // nothing is newer
	for _, file := range z.File {
		if !file.Modified.Equal(want) {
			t.Errorf("%s is of %v, want %v", file.Name, file.Modified, want)
		}
	}
}
