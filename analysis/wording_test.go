package analysis_test

import (
	"strings"
	"testing"

	"vmstudy/analysis"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// TestAnInstrumentIsExplainedInTheWordsThatCount edits a question twice and forgets to raise the version of its instrument.
func TestAnInstrumentIsExplainedInTheWordsThatCount(t *testing.T) {
	r := &recording{t: t, store: studytest.NewStore(), now: studytest.Noon}
	d := studytest.Design()
	in, err := questionnaire.Of(study.Design{}, "satisfaction")
	r.must(err)
	d.Instruments = []string{"satisfaction"}
	word := func(text string) study.Design {
		edited := in
		edited.Items = append(edited.Items[:0:0], edited.Items...)
		edited.Items[0].Text = study.Plain(text)
		d.Questionnaires = append(d.Questionnaires[:0:0], edited)
		return d
	}
	id, err := r.store.CreateStudy(t.Context(), 0, word("How did you like it?"), r.now)
	r.must(err)
	var versions []study.Version
	for _, text := range []string{"How did you like it?", "How was it?", "How fast was it?"} {
		r.must(studytest.Redraft(t.Context(), r.store, id, word(text)))
		v, err := r.store.Publish(t.Context(), id, 0, r.now)
		r.must(err)
		versions = append(versions, v)
	}
	for name, tc := range map[string]struct {
		counts []string // hashes of versions
		want   string
	}{
		"all versions count: the newest":    {nil, "How fast was it?"},
		"one version counts":                {[]string{versions[1].Hash}, "How was it?"},
		"two versions count: the newest of": {[]string{versions[0].Hash, versions[1].Hash}, "How was it?"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := unpacked(t, r.store.Source(), analysis.Filter{Study: id, Versions: tc.counts})
			rows := rowsBy(t, read(t, dir, analysis.DataFile("instruments")), "entry", "instrument", "item")
			if got := rows["question satisfaction satisfaction"]["wording"]; !strings.HasPrefix(got, tc.want) {
				t.Errorf("instruments.csv says %q, want %q", got, tc.want)
			}
			book := rowsBy(t, read(t, dir, "documentation/codebook.csv"), "file", "column")
			if got := book[analysis.DataFile("responses")+" value of satisfaction.satisfaction"]["meaning"]; !strings.HasPrefix(got, tc.want) {
				t.Errorf("the codebook says %q, want %q", got, tc.want)
			}
		})
	}
}
