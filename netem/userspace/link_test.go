package userspace_test

import (
	"errors"
	"testing"

	"vmstudy/netem"
	"vmstudy/netem/netemtest"
	"vmstudy/netem/userspace"
	"vmstudy/study"
)

func TestLinkConforms(t *testing.T) {
	netemtest.Test(t, func(t *testing.T, n study.Network) netem.Link {
		t.Helper()
		link, err := userspace.New(n, 1)
		if err != nil {
			t.Fatalf("open link: %v", err)
		}
		return link
	})
}

func TestNewRefusesWhatIsNotValid(t *testing.T) {
	if _, err := userspace.New(study.Network{Loss: 1}, 1); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}
