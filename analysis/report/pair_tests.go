package report

import (
	"slices"

	"vmstudy/analysis/stat"
)

func (t *tested) signedRanks(id, title string, family []compared, of string) {
	table := Table{
		ID: t.section.ID + "-" + id, Title: title,
		Columns: slices.Concat(texts("Condition", "Compared"), numbers("n", "Zeros", "Ties", "V", "p"), texts("Distribution"), numbers("p, Holm", "p without the zeros", "Rank-biserial r", "Hodges-Lehmann ("+t.outcome.unit+")", "Low", "High"), texts("Left out, or why not")),
	}
	var ps []float64
	for _, c := range family {
		row := []Cell{text(c.where), text(c.names[0] + " − " + c.names[1])}
		a, b := c.a.Code(), c.b.Code()
		pairs, err := stat.Pairs(slices.Concat(t.observed(c.a), t.observed(c.b)), a, b)
		var test, dropping stat.SignedRankTest
		if err == nil {
			test, err = stat.SignedRank(pairs, stat.RankZeros)
		}
		if err == nil {
			dropping, err = stat.SignedRank(pairs, stat.DropZeros)
		}
		if err != nil {
			ps = append(ps, 1) // the family stays as it was stated
			table.Rows = append(table.Rows, append(row, count(pairs.N), Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, text(why(err))))
			continue
		}
		ps = append(ps, test.P)
		low, high, say := bounds(test.Shift.Interval, allEqual(pairs.Differences))
		table.Rows = append(table.Rows, append(row,
			count(test.N), count(test.Zeros), count(test.Ties), number(test.V, 1), pValue(test.P), text(distribution(test.Exact)), Cell{}, pValue(dropping.P),
			number(test.RankBiserial, 2), number(test.Shift.Estimate, 3), low, high, text(joined(dropped(test.Used), say))))
	}
	holm(table.Rows, ps, 8)
	t.familyNote(len(family), of)
	t.note("Signed rank: zeros take part in the ranking and are then left out (Pratt’s rule); ties share ranks. The other rule, Wilcoxon’s own and that of R’s wilcox.test, ranks without the zeros; its p-value stands beside. Exact means over all signs that these very differences could have.")
	t.add(table)
}

func (t *tested) pairedT(family []compared, of string) {
	table := Table{
		ID: t.section.ID + "-t", Title: "Pairs: paired t test",
		Columns: slices.Concat(texts("Condition", "Compared"), numbers("n", "Mean difference ("+t.outcome.unit+")", "Low", "High", "t", "df", "p", "p, Holm", "dz"), numbers("BCa low", "BCa high"), texts("Left out, or why not")),
	}
	var ps []float64
	narrow := 0.0
	for _, c := range family {
		row := []Cell{text(c.where), text(c.names[0] + " − " + c.names[1])}
		pairs, err := stat.Pairs(slices.Concat(t.observed(c.a), t.observed(c.b)), c.a.Code(), c.b.Code())
		var test stat.PairedT
		if err == nil {
			test, err = stat.PairedDifference(pairs)
		}
		if err != nil {
			ps = append(ps, 1)
			row = append(row, count(pairs.N))
			for range 10 {
				row = append(row, Cell{Say: none})
			}
			table.Rows = append(table.Rows, append(row, text(why(err))))
			continue
		}
		ps = append(ps, test.P)
		low, high := Cell{Say: none}, Cell{Say: none}
		if b, err := stat.BootstrapMean(pairs.Differences, stat.Resampling{Method: stat.BCa, Seed: bootstrapSeed}); err == nil {
			low, high = number(b.Interval.Low, 3), number(b.Interval.High, 3)
			if b.Narrow {
				narrow = b.Covers
			}
		}
		table.Rows = append(table.Rows, append(row,
			count(test.N), number(test.Mean, 3), number(test.Interval.Low, 3), number(test.Interval.High, 3), number(test.T, 3), number(test.DF, 0), pValue(test.P), Cell{},
			number(test.DZ, 2), low, high, text(dropped(test.Used))))
	}
	holm(table.Rows, ps, 9)
	t.familyNote(len(family), of)
	t.note("BCa is the bootstrap interval by participant: 10,000 resamples, seed %d.", bootstrapSeed)
	if narrow > 0 {
		t.note("With so few people such bootstrap intervals hold the mean in only %.0f %% of studies, not in 95: take Student’s.", 100*narrow)
	}
	t.add(table)
}

// bootstrapSeed is the seed of all bootstrap intervals of a page, so that it shows the same numbers each time.
const bootstrapSeed = 1

func (t *tested) mcnemar(family []compared, of string) {
	table := Table{
		ID: t.section.ID + "-pairs", Title: "Pairs: McNemar’s exact test",
		Columns: slices.Concat(texts("Condition", "Compared"), numbers("n", "Only the first", "Only the second", "Difference (%)", "Low", "High", "p", "p, Holm"), texts("Left out, or why not")),
	}
	var ps []float64
	for _, c := range family {
		row := []Cell{text(c.where), text(c.names[0] + " − " + c.names[1])}
		pairs, err := stat.Pairs(slices.Concat(t.observed(c.a), t.observed(c.b)), c.a.Code(), c.b.Code())
		var test stat.McNemarTest
		if err == nil {
			test, err = stat.McNemar(pairs)
		}
		if err != nil {
			ps = append(ps, 1)
			row = append(row, count(pairs.N))
			for range 7 {
				row = append(row, Cell{Say: none})
			}
			table.Rows = append(table.Rows, append(row, text(whyNoMcNemar(err))))
			continue
		}
		ps = append(ps, test.P)
		table.Rows = append(table.Rows, append(row,
			count(test.N), count(test.OnlyA), count(test.OnlyB), number(100*test.Difference, 1), number(100*test.Approximate.Low, 1), number(100*test.Approximate.High, 1), pValue(test.P), Cell{}, text(dropped(test.Used))))
	}
	holm(table.Rows, ps, 9)
	t.familyNote(len(family), of)
	t.add(table)
}

// bounds are the ends of an interval, or why there is none. Differences that are all equal say nothing of how far others would be.
func bounds(in *stat.Interval, equal bool) (low, high Cell, say string) {
	switch {
	case equal:
		return Cell{Say: none}, Cell{Say: none}, "no interval: all differences are equal"
	case in == nil:
		return Cell{Say: none}, Cell{Say: none}, "no interval: too few people"
	}
	return number(in.Low, 3), number(in.High, 3), ""
}

func distribution(exact bool) string {
	if exact {
		return "exact"
	}
	return "normal, continuity corrected"
}

// holm puts corrected p-values into a column; rows without a test have none.
func holm(rows [][]Cell, ps []float64, column int) {
	corrected, err := stat.Holm(ps)
	if err != nil {
		return
	}
	for i, p := range corrected {
		if rows[i][column].Say == "" {
			rows[i][column] = pValue(p)
		}
	}
}
