package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/studytest"
)

func TestTheWayOfLinksIsChosenOnceByWhatWorks(t *testing.T) {
	broken := study.Refuse(study.ErrConflict, "there is no /dev/net/tun")
	for name, test := range map[string]struct {
		setting string
		works   error
		want    study.LinkWay
		asked   []study.LinkWay
		why     string
		say     string
	}{
		"userspace, though others work": {"userspace", nil, study.UserspaceWay, nil, "", ""},
		"auto where tun works":          {"auto", nil, study.TunWay, []study.LinkWay{study.TunWay}, "works here", ""},
		"auto where it does not":        {"auto", broken, study.UserspaceWay, []study.LinkWay{study.TunWay}, "there is no /dev/net/tun", ""},
		"tun where it works":            {"tun", nil, study.TunWay, []study.LinkWay{study.TunWay}, "", ""},
		"tun where it does not":         {"tun", broken, "", []study.LinkWay{study.TunWay}, "", "--netem tun does not work here: there is no /dev/net/tun"},
		"kernel where it works":         {"kernel", nil, study.KernelWay, []study.LinkWay{study.KernelWay}, "", ""},
		"kernel where it does not":      {"kernel", broken, "", []study.LinkWay{study.KernelWay}, "", "--netem kernel does not work here"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []study.LinkWay
			got, why, err := chooseWay(test.setting, func(way study.LinkWay) error {
				asked = append(asked, way)
				return test.works
			})
			if got != test.want || !slices.Equal(asked, test.asked) || (err == nil) != (test.say == "") {
				t.Errorf("got %q, %v after asking for %v; want %q after %v", got, err, asked, test.want, test.asked)
			}
			if (why == "") != (test.why == "") || !strings.Contains(why, test.why) {
				t.Errorf("why: %q, want %q", why, test.why)
			}
			if test.say != "" && !strings.Contains(cli.Explain(err), test.say) {
				t.Errorf("it says %q, want %q", cli.Explain(err), test.say)
			}
		})
	}
}

// What the way kernel cannot do is refused before anything is made, so this test runs on any computer.
func TestWhatAWayCannotDoIsRefusedAndNotDoneInAnother(t *testing.T) {
	orderly := study.Network{RTT: 20 * time.Millisecond, Jitter: time.Millisecond, Reorder: 0.1}
	link, _, err := links{way: study.KernelWay}.open("test", orderly, 1)
	if link != nil || !errors.Is(err, study.ErrInvalid) || !strings.Contains(cli.Explain(err), "the kernel way cannot") {
		t.Errorf("got %v, %v; want a refusal that says why", link, err)
	}
}

func TestAVersionThatBeganInAnotherWayAdmitsPilotsAlone(t *testing.T) {
	store := studytest.NewStore()
	of, err := store.CreateStudy(t.Context(), 0, studytest.Design(), studytest.Noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Publish(t.Context(), of, 0, studytest.Noon); err != nil {
		t.Fatal(err)
	}
	count := 0
	begin := func(pilot bool) study.Session {
		t.Helper()
		count++
		people, err := store.AddParticipants(t.Context(), of, pilot, []string{strconv.Itoa(count)}, studytest.Noon)
		if err != nil {
			t.Fatal(err)
		}
		id, err := store.StartSession(t.Context(), people[0].ID, studytest.Noon)
		if err == nil {
			err = store.RecordConsent(t.Context(), id, false, studytest.Noon)
		}
		if err != nil {
			t.Fatal(err)
		}
		s, err := store.Session(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	first := begin(false)
	admit := admitWay(store, study.TunWay)
	if err := admit(t.Context(), first); err != nil {
		t.Fatalf("the first participant of a version: %v", err)
	}
	a, err := store.OpenAttempt(t.Context(), study.Attempt{Trial: first.Trials[0].ID, AskedAt: studytest.Noon})
	if err != nil {
		t.Fatal(err)
	}
	a.Link.Way = study.TunWay
	if err := store.RecordAttempt(t.Context(), a, studytest.Noon, time.Second); err != nil {
		t.Fatal(err)
	}
	second := begin(false)
	if err := admit(t.Context(), second); err != nil {
		t.Errorf("another participant in the same way: %v", err)
	}
	other := admitWay(store, study.UserspaceWay)
	if err := other(t.Context(), second); !errors.Is(err, study.ErrConflict) || !strings.Contains(cli.Explain(err), "userspace") {
		t.Errorf("another participant in another way: %v, want a refusal", err)
	}
	if err := other(t.Context(), begin(true)); err != nil {
		t.Errorf("a pilot in another way: %v", err)
	}
}
