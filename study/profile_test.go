package study_test

import (
	"errors"
	"strings"
	"testing"

	"vmstudy/study"
)

func TestProfilesCanBeEmulatedAndFoundByName(t *testing.T) {
	for _, p := range study.Profiles() {
		if err := p.Network.Validate(); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		got, err := study.ProfileNamed(p.Name)
		if err != nil || got.Name != p.Name || got.About == "" {
			t.Errorf("by the name %q: %+v, %v", p.Name, got, err)
		}
	}
	_, err := study.ProfileNamed("carrier-pigeon")
	if !errors.Is(err, study.ErrNotFound) || !strings.Contains(study.Sentence(err), "cable") {
		t.Errorf("an unknown profile: %v, want a sentence that lists those there are", err)
	}
}
