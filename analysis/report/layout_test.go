package report

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

// said writes the settings of a design: their labels, levels and pairs.
func said(l Layout) (all []string) {
	for _, s := range l.Settings {
		line := s.Label + ": " + strings.Join(s.Levels, " ")
		for _, p := range s.Pairs {
			line += fmt.Sprintf(" [%s−%s]", s.Levels[p.A], s.Levels[p.B])
		}
		all = append(all, line)
	}
	return all
}

func TestLevelsThatAFactorKeepsApartAreNamed(t *testing.T) {
	networks := []study.NamedNetwork{{Name: "LAN"}, {Name: "3G", Network: study.Network{RTT: time.Second}}}
	cache := func(only study.Crossing) []study.FreeFactor {
		return []study.FreeFactor{{Name: "cache", Levels: []study.FreeLevel{{Name: "cold"}, {Name: "warm"}}, Only: only}}
	}
	for name, tc := range map[string]struct {
		only study.Crossing
		want []string
	}{
		"a factor of all":        {study.Crossing{}, nil},
		"a factor of one method": {study.Crossing{Methods: []string{"stream"}}, []string{"stream and vnc are not compared here, since only one of them has the factor cache."}},
		"a factor of one method in one network": {
			study.Crossing{Methods: []string{"stream"}, Networks: []string{"LAN"}}, []string{"stream and vnc are not compared in some conditions, since only one of them has the factor cache."},
		},
	} {
		d := study.Design{Methods: study.PlainLevels(study.Stream, study.VNC), Networks: networks, Tasks: []study.Task{{ID: "look"}}, Factors: cache(tc.only)}
		if diff := cmp.Diff(tc.want, Laid(d).Apart); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEachLevelLooksOtherThanTheOthers(t *testing.T) {
	networks := []study.NamedNetwork{{Name: "LAN"}, {Name: "3G", Network: study.Network{RTT: time.Second}}}
	tasks := []study.Task{{ID: "look"}}
	strategies := []study.Access{{Method: study.VNC}}
	for _, s := range []study.Strategy{study.BestStrategy, study.NoStrategy, study.ClusterStrategy} {
		strategies = append(strategies, study.Access{Method: study.Stream, Strategy: s})
	}
	for name, tc := range map[string]struct {
		d    study.Design
		want int // levels that are compared
	}{
		"methods":                {study.Design{Methods: study.PlainLevels(study.Stream, study.VNC), Networks: networks, Tasks: tasks}, 2},
		"strategies of one":      {study.Design{Methods: strategies, Networks: networks, Tasks: tasks}, 4},
		"networks of one method": {study.Design{Methods: study.PlainLevels(study.VNC), Networks: networks, Tasks: tasks}, 2},
	} {
		series := Laid(tc.d).series()
		looks := map[int]bool{}
		for _, s := range series {
			looks[s] = true
		}
		if len(series) != tc.want || len(looks) != tc.want {
			t.Errorf("%s: the levels look like %v, want %d that differ", name, series, tc.want)
		}
	}
	if series := Laid(study.Design{Methods: study.PlainLevels(study.Stream, study.VNC), Networks: networks, Tasks: tasks}).series(); series["vnc"] != seriesOf(study.VNC) {
		t.Errorf("vnc looks like %d, and elsewhere like %d", series["vnc"], seriesOf(study.VNC))
	}
}

func TestWhatIsComparedStandsTogether(t *testing.T) {
	networks := []study.NamedNetwork{{Name: "LAN", Network: study.Network{RTT: time.Millisecond}}, {Name: "3G", Network: study.Network{RTT: 120 * time.Millisecond}}}
	tasks := []study.Task{{ID: "look"}, {ID: "type"}}
	light := []study.FreeFactor{{Name: "light", Levels: []study.FreeLevel{{Name: "dim"}, {Name: "bright", Label: "Bright"}}}}
	for name, tc := range map[string]struct {
		d      study.Design
		factor string
		want   []string
	}{
		"access methods, and the baseline behind them by itself": {
			study.Design{Methods: study.PlainLevels(study.Local, study.VNC, study.Stream), Networks: networks, Tasks: tasks[:1]},
			"access method",
			[]string{"LAN: vnc stream [stream−vnc]", "3G: vnc stream [stream−vnc]", "no network: local"},
		},
		"networks and tasks are outside": {
			study.Design{Methods: study.PlainLevels(study.Stream, study.VNC), Networks: networks[1:], Tasks: tasks},
			"access method",
			[]string{"look: stream vnc [stream−vnc]", "type: stream vnc [stream−vnc]"},
		},
		"one access method and a factor of the study's own": {
			study.Design{Methods: study.PlainLevels(study.VNC), Networks: networks, Tasks: tasks[:1], Factors: light},
			"light",
			[]string{"LAN: dim Bright [dim−Bright]", "3G: dim Bright [dim−Bright]"},
		},
		"networks, where there is nothing else": {
			study.Design{Methods: study.PlainLevels(study.VNC, study.Local), Networks: networks, Tasks: tasks[:1]},
			"network",
			[]string{"vnc: LAN 3G [LAN−3G]", "local: no network"},
		},
		"nothing to compare": {
			study.Design{Methods: study.PlainLevels(study.VNC), Networks: networks[:1], Tasks: tasks[:1]}, "access method", []string{"all: vnc"},
		},
		"more levels than three are compared with the first": {
			study.Design{Methods: []study.Access{{Name: "a", Method: study.VNC}, {Name: "b", Method: study.VNC}, {Name: "c", Method: study.VNC}, {Name: "d", Method: study.Stream}}, Networks: networks[:1], Tasks: tasks[:1]},
			"access method",
			[]string{"all: a b c d [a−b] [a−c] [d−a]"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := Laid(tc.d)
			if diff := cmp.Diff(tc.want, said(l)); diff != "" || l.Factor != tc.factor {
				t.Errorf("factor %q, want %q; (-want +got):\n%s", l.Factor, tc.factor, diff)
			}
		})
	}
}
