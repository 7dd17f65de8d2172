package study_test

import (
	"slices"
	"testing"

	"vmstudy/study"
)

func TestALicenceIsAnSPDXIdentifier(t *testing.T) {
	for id, sound := range map[string]bool{"": true, "CC-BY-4.0": true, "GPL-2.0+": true, "do what you like": false, "-": false, "<b>": false} {
		d := demo()
		d.License = id
		if faulty := slices.ContainsFunc(d.Faults(), func(f study.Fault) bool { return f.At == "license" }); faulty == sound {
			t.Errorf("%q: faults %v", id, d.Faults())
		}
	}
	for _, l := range study.Licences() {
		d := demo()
		d.License = l.ID
		if all := d.Faults(); len(all) > 0 {
			t.Errorf("%s is offered and refused: %v", l.ID, all)
		}
	}
}
