package study_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"vmstudy/study"
)

// A comparison names levels, and what is expected of a level tells which code it has.
func TestABlindedDesignHasNoPlannedComparisons(t *testing.T) {
	d := planned()
	d.Preregistration.Stopping, d.Preregistration.Exclusions = "When the stream is shown to be good.", "Who has met vnc before."
	blind := study.Blinding{Key: []byte("key")}.Design(d)
	if want := (study.Preregistration{Participants: 24}); !reflect.DeepEqual(blind.Preregistration, want) {
		t.Errorf("blind: %+v, want the number of participants only", blind.Preregistration)
	}
	if text := fmt.Sprint(blind.Preregistration); strings.Contains(text, "stream") {
		t.Errorf("blind, the plan names a level: %s", text)
	}
	again := planned().Preregistration.Comparisons
	if !reflect.DeepEqual(d.Preregistration.Comparisons, again) {
		t.Errorf("the design itself has changed: %+v", d.Preregistration.Comparisons)
	}
}
