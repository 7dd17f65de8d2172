package userspace_test

import (
	"errors"
	"os"
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

func TestLinkClosesItsFiles(t *testing.T) {
	files := func() int {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skipf("cannot count open files: %v", err)
		}
		return len(open)
	}
	openAndClose := func() {
		link, err := userspace.New(study.Network{}, 1)
		if err != nil {
			t.Fatalf("open link: %v", err)
		}
		link.Close()
	}
	openAndClose() // the first link makes the runtime open files of its own
	before := files()
	for range 10 {
		openAndClose()
	}
	if after := files(); after != before {
		t.Errorf("%d files open before ten links, %d after", before, after)
	}
}

func TestNewRefusesWhatIsNotValid(t *testing.T) {
	if _, err := userspace.New(study.Network{Loss: 1}, 1); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}
