package study_test

import (
	"testing"

	"vmstudy/study"
)

func TestDropsSayWhatDroppedThem(t *testing.T) {
	all := study.Drops{Lost: 1, Full: 2, Managed: 3, Cut: 4}
	for want, d := range map[string]study.Drops{
		"10 dropped (1 by loss, 2 by the queue, 3 by CoDel, 4 by an outage)": all,
		"10 dropped (10 by the queue)":                                       {Full: 10},
		"10 dropped":                                                         {}, // in the kernel way
	} {
		if got := d.Explain(10); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if all.Total() != 10 || all.Plus(all).Minus(all) != all {
		t.Errorf("%+v: %d in all, and twice less once %+v", all, all.Total(), all.Plus(all).Minus(all))
	}
}
