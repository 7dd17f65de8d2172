package streambench

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/session"
	"vmstudy/study"
)

// learningDraws is how many choices of so many rehearsals are measured.
const learningDraws = 10

// measureLearning measures how well runs are foretold from 1, 2, 3 ... rehearsals. A robot plays the scripts from which no
// strategy has learned; after that it is arithmetic, over session.ForetoldLink. Which rehearsals these are is
// drawn anew each time.
func (c Config) measureLearning(ctx context.Context, set bench.Setting) (rows []bench.Row, err error) {
	app, err := c.Lab.Appliance(c.Appliance)
	if err != nil {
		return nil, err
	}
	all, err := session.ReadRuns(app)
	if err != nil {
		return nil, err
	}
	var unseen []session.Run
	names := slices.Sorted(maps.Keys(c.Scripts))
	for i, name := range names {
		set.Show(i, len(names)+len(all))
		trace, err := c.Lab.Rehearse(ctx, c.Appliance, c.Scripts[name])
		if err != nil {
			return nil, fmt.Errorf("playing %s: %w", name, err)
		}
		unseen = append(unseen, session.Run{Script: name, Trace: trace})
	}
	rng := rand.New(rand.NewPCG(set.Seed, 0))
	for n := 1; n <= len(all); n++ {
		set.Show(len(names)+n-1, len(names)+len(all))
		var fetched, missed []float64
		for range learningDraws {
			rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			f, err := session.Foretell(app, all[:n], unseen)
			if err != nil {
				return nil, err
			}
			fetched, missed = append(fetched, f.FetchRatio), append(missed, 100*f.MissRate)
			if n == len(all) {
				break // there is one choice only
			}
		}
		from := study.Count(int64(n), "rehearsal")
		rows = append(rows,
			bench.Told(stat.Median(fetched)).As("learning_fetch_ratio", from, "").Of(fetched),
			bench.Told(stat.Median(missed)).As("learning_missed", from, "%").Of(missed))
	}
	return rows, nil
}
