package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNotesStandBesideTheNumbersByTagAndCondition(t *testing.T) {
	d := Data{Design: ordered(func(_, _, _ int) float64 { return 4 }).Design}
	if s := Notes(d); !s.Empty() {
		t.Errorf("without a note there is a section: %+v", s)
	}
	first, second := d.Design.Conditions()[0].Code(), d.Design.Conditions()[1].Code()
	d.Notes = []Note{
		{Participant: "P001", Condition: second, Second: 12.4, Tags: []string{"lag", "again"}, Text: "clicks twice"},
		{Participant: "P001", Condition: second, Second: 20, Tags: []string{"lag"}, Text: "sighs"},
		{Participant: "P002", Condition: first, Second: 3, Tags: []string{"lag"}, Text: "waits"},
		{Participant: "P002", Condition: first, Second: 5, Text: "reads aloud"},
	}
	s := Notes(d)
	rows := func(t Table) (all [][]string) {
		for _, r := range t.Rows {
			var line []string
			for _, c := range r {
				line = append(line, c.Say)
			}
			all = append(all, line)
		}
		return all
	}
	want := [][]string{{"lag", first, "1", "1"}, {"lag", second, "2", "1"}, {untagged, first, "1", "1"}, {"again", second, "1", "1"}}
	if diff := cmp.Diff(want, rows(s.Tables[0])); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	quoted := [][]string{
		{first, "P002", "3", "lag", "waits"},
		{first, "P002", "5", "", "reads aloud"},
		{second, "P001", "12", "lag again", "clicks twice"},
		{second, "P001", "20", "lag", "sighs"},
	}
	if diff := cmp.Diff(quoted, rows(s.Tables[1])); diff != "" {
		t.Errorf("quotes (-want +got):\n%s", diff)
	}
}
