package streambench

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"vmstudy/session"
	"vmstudy/study"
)

// A cell is a condition that is measured several times.
type cell struct {
	network  network
	script   string
	strategy study.Strategy // empty if the desktop is not streamed
	variant  variant        // the variant of the appliance
}

// String names a cell as in "7.2/120 best type, 10 rehearsals".
func (c cell) String() string {
	if c.strategy == "" {
		return noNetwork + " " + c.script
	}
	return fmt.Sprintf("%s %s %s, %d rehearsals", c.network.name, c.strategy, c.script, len(c.variant.rehearsals))
}

// condition returns the condition under which a lab opens the cell's desktops.
func (c cell) condition(script session.Script) study.Condition {
	cond := study.Condition{Access: study.Access{Method: study.Local}, Network: study.NoNetwork, Task: study.Task{ID: script.Task}}
	if c.strategy != "" {
		cond.Method, cond.Strategy = study.Stream, c.strategy
		cond.Network = study.NamedNetwork{Name: c.network.name, Network: c.network.Network}
	}
	return cond
}

// cells lists what is measured, in the order of the report: by network and script, with the best strategy first. The best
// strategy is measured with all variants of the appliance. The others are measured with the first variant, which has the
// most rehearsals.
func (c Config) cells(quickly bool, variants []variant) (all []cell) {
	over, scripts := c.chosen(), slices.Sorted(maps.Keys(c.Scripts))
	strategies := study.Strategies()
	slices.Reverse(strategies)
	if quickly {
		over, scripts, strategies = over[:1], []string{c.Quick}, []study.Strategy{study.BestStrategy, study.OrderStrategy}
	}
	if c.Script != "" {
		scripts = []string{c.Script}
	}
	if len(c.Strategies) > 0 {
		strategies = c.Strategies
	}
	for _, n := range over {
		for _, script := range scripts {
			for _, s := range strategies {
				all = append(all, cell{n, script, s, variants[0]})
				if s != study.BestStrategy {
					continue
				}
				for _, v := range variants[1:] {
					all = append(all, cell{n, script, s, v})
				}
			}
		}
	}
	if !quickly {
		for _, script := range scripts {
			all = append(all, cell{script: script})
		}
	}
	return all
}

// round returns the cells in the random order in which one round measures them.
func round(all []cell, seed uint64, number int) []cell {
	all = slices.Clone(all)
	rand.New(rand.NewPCG(seed, uint64(number))).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}
