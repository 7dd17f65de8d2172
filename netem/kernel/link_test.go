package kernel

import (
	"errors"
	"os"
	"testing"

	"vmstudy/netem"
	"vmstudy/netem/netemtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// inGuest is the environment variable that is set if this test binary is the only program of a virtual
// machine whose kernel has sch_netem; see guest_test.go.
const inGuest = "KERNEL_LINK_IN_GUEST"

// needNetem skips t if the kernel lacks sch_netem.
func needNetem(t *testing.T) {
	t.Helper()
	studytest.Need(t, "root")
	l, err := New("probe", study.Network{}, 1)
	if errors.Is(err, errNoNetem) && os.Getenv(inGuest) == "" {
		t.Skip("this kernel has no sch_netem; TestInAGuest runs this in a machine that has it")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLinkConforms(t *testing.T) {
	needNetem(t)
	netemtest.Test(t, func(t *testing.T, n study.Network) netem.Link {
		t.Helper()
		link, err := New(t.Name(), n, 1)
		if err != nil {
			t.Fatalf("open link: %v", err)
		}
		return link
	})
}
