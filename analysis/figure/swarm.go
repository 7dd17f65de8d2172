package figure

import (
	"slices"
	"time"
)

// point is a position: x counts from the left edge of the figure, y from the middle of a row's dots.
type point struct{ x, y float64 }

// swarmRoom is how far dots may lie above and below the middle of their row, in user units.
const swarmRoom = 12

// swarm places a dot for each value so that no dot hides another as long as the row has room: each
// dot goes to the free level nearest to the middle. If no level is free, dots overlap; they are
// translucent, so that a crowd looks darker. Nothing is random, so the same values give the same figure.
func swarm(a axis, values []time.Duration, radius float64) []point {
	gap := 2*radius + 0.4
	levels := []float64{0}
	for l := gap * 0.85; l <= swarmRoom; l += gap * 0.85 { // closer than gap: a slight overlap still shows every dot
		levels = append(levels, -l, l)
	}
	taken := make([]float64, len(levels)) // the x of the last dot on each level
	for i := range taken {
		taken[i] = a.left - gap
	}
	var dots []point
	for _, d := range slices.Sorted(slices.Values(values)) {
		x := a.at(d)
		level := slices.IndexFunc(taken, func(last float64) bool { return last+gap <= x })
		if level < 0 {
			level = slices.Index(taken, slices.Min(taken)) // the level whose last dot is farthest away
		}
		taken[level] = x
		dots = append(dots, point{x: x, y: levels[level]})
	}
	return dots
}
