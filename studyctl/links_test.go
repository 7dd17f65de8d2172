package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
)

func TestTheWayOfLinksIsChosenByWhatWorks(t *testing.T) {
	broken := study.Refuse(study.ErrConflict, "this kernel has no sch_netem")
	for name, test := range map[string]struct {
		setting string
		works   error
		want    links
		say     string
	}{
		"userspace, though the kernel way works": {"userspace", nil, links{way: study.UserspaceWay}, ""},
		"auto where the kernel way works":        {"auto", nil, links{way: study.KernelWay}, ""},
		"auto where it does not":                 {"auto", broken, links{way: study.UserspaceWay}, ""},
		"kernel where it works":                  {"kernel", nil, links{way: study.KernelWay, strict: true}, ""},
		"kernel where it does not":               {"kernel", broken, links{}, "this kernel has no sch_netem"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := chooseLinks(test.setting, func() error { return test.works })
			if got != test.want || (err == nil) != (test.say == "") {
				t.Errorf("got %+v, %v; want %+v", got, err, test.want)
			}
			if test.say != "" && !strings.Contains(explain(err), test.say) {
				t.Errorf("it says %q, want %q", explain(err), test.say)
			}
		})
	}
}

// What the kernel cannot do is found out before anything is made, so on any machine.
func TestWhatTheKernelCannotDoIsRefusedOrDoneInUserspace(t *testing.T) {
	orderly := study.Network{RTT: 20 * time.Millisecond, Jitter: time.Millisecond, Reorder: 0.1}
	_, _, err := links{way: study.KernelWay, strict: true}.open("test", orderly, 1)
	if !errors.Is(err, study.ErrInvalid) || !strings.Contains(explain(err), "the kernel way cannot") {
		t.Errorf("asked for the kernel way: %v, want a refusal that says why", err)
	}
	link, way, err := links{way: study.KernelWay}.open("test", orderly, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	if way != study.UserspaceWay {
		t.Errorf("auto did it in the way %q, want userspace", way)
	}
	if _, _, err := (links{way: study.KernelWay}).open("test", study.Network{Loss: 2}, 1); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("what is not valid: %v, want a refusal", err)
	}
}
