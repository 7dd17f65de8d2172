package study_test

import (
	"errors"
	"strings"
	"testing"

	"vmstudy/study"
)

func TestAVersionStaysWithTheWayItBeganWith(t *testing.T) {
	for name, test := range map[string]struct {
		began []study.LinkWay
		here  study.LinkWay
		say   string // to the experimenter
	}{
		"nobody has met a network yet":  {nil, study.TunWay, ""},
		"the same way":                  {[]study.LinkWay{study.TunWay}, study.TunWay, ""},
		"another way":                   {[]study.LinkWay{study.UserspaceWay}, study.TunWay, "--netem userspace"},
		"one of two, from older days":   {[]study.LinkWay{study.KernelWay, study.UserspaceWay}, study.UserspaceWay, ""},
		"neither of two, of older days": {[]study.LinkWay{study.KernelWay, study.UserspaceWay}, study.TunWay, "kernel and userspace"},
	} {
		t.Run(name, func(t *testing.T) {
			err := study.MixesWays(test.began, test.here)
			say := study.MixedWays(test.began, test.here)
			if (err == nil) != (test.say == "") || (say == "") != (test.say == "") || !strings.Contains(say, test.say) {
				t.Errorf("got %v and %q, want %q", err, say, test.say)
			}
			if err != nil && (!errors.Is(err, study.ErrConflict) || !strings.Contains(study.Sentence(err), "tell the experimenter")) {
				t.Errorf("a participant reads %q", study.Sentence(err))
			}
		})
	}
}
