package bench

import (
	"testing"
	"time"
)

func TestEveryoneCountsWhatIsNotIdle(t *testing.T) {
	for name, test := range map[string]struct {
		stat string
		want time.Duration
	}{
		// user nice system idle iowait irq softirq steal guest guest_nice
		"idle, waiting and guests left out": {"cpu  100 20 30 4000 500 6 7 8 90 9\ncpu0 1 1 1 1\n", 1710 * time.Millisecond},
		"an old kernel with fewer columns":  {"cpu  100 0 100 4000\n", 2 * time.Second},
		"nothing":                           {"", 0},
		"no numbers":                        {"cpu  x\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := everyone([]byte(test.stat)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestFieldFindsTheFirstOfItsName(t *testing.T) {
	const cpuinfo = "processor\t: 0\nmodel name\t: Abacus 9: fast\n\nprocessor\t: 1\nmodel name\t: Abacus 8\n"
	if got := field(cpuinfo, "model name"); got != "Abacus 9: fast" {
		t.Errorf("got %q", got)
	}
	if got := field(cpuinfo, "name"); got != "" {
		t.Errorf("found %q under half a name", got)
	}
}

func TestOthersAreWhoeverIsNotUs(t *testing.T) {
	got := spent{ours: time.Second, all: 4 * time.Second}.othersPer(2 * time.Second)
	if got != 1.5 {
		t.Errorf("others used %g cores, want 1.5", got)
	}
	if got := (spent{ours: 2 * time.Second, all: time.Second}).othersPer(time.Second); got != 0 {
		t.Errorf("others used %g cores where the kernel's clock is coarse, want 0", got)
	}
}
