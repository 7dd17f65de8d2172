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
	for _, name := range []string{"vnc", "stream", "slow", "fast"} {
		if text := fmt.Sprintf("%+v", blind); strings.Contains(text, name) {
			t.Errorf("blind, the design names the level %s: %s", name, text)
		}
	}
	again := planned().Preregistration.Comparisons
	if !reflect.DeepEqual(d.Preregistration.Comparisons, again) {
		t.Errorf("the design itself has changed: %+v", d.Preregistration.Comparisons)
	}
}
