package figure

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"vmstudy/analysis/stat"
)

// Times shows durations in each condition: a dot for every value and, below the dots, the
// median with its 95 % interval (stat.MedianInterval), or without if there are fewer than 6 values.
type Times struct {
	ID    string // unique within the page
	Title string
	Axis  string      // what is measured, such as "response time, one dot a participant"
	Log   bool        // logarithmic; every value must be positive then
	Bands []stat.Band // shaded behind the data; nil for none
	Rows  []TimeRow
}

// A TimeRow is one condition.
type TimeRow struct {
	Label  string
	Series int             // from 0; rows of one series, for example of one access method, have one colour
	Values []time.Duration // in any order; independent, so one for each participant (see package stat)
}

// seriesColours are those of Okabe and Ito, Color Universal Design (2008), with a lighter blue, so that
// all are visible on white and on black.
var seriesColours = []string{"#1f86c8", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"}

// Measures of a Times figure in user units.
const (
	timeTop   = 94 // where the first row begins in a figure with a title and names of bands
	bareTop   = 46 // where the first row begins in a figure with a title only
	timePitch = 62
	dotsAbove = 11 // from the middle of a row up to the middle of its dots
	restBelow = 16 // from the middle of a row down to its median
	dotRadius = 3.2
	smallDot  = 1.8
	manyDots  = 100 // more dots than this in a row are small
)

// maxDuration is the longest duration that can be drawn. A longer one must be an error in the data,
// and sums of such durations could overflow.
const maxDuration = 1000 * time.Hour

// timeStats are the statistics that are drawn below the dots of a row.
type timeStats struct {
	median   time.Duration
	interval stat.Interval // in nanoseconds
	sure     bool          // there are enough values for an interval
}

// WriteSVG draws the figure. A value that the axis cannot show (negative, more than 1000 hours, or
// zero on a logarithmic axis) gives stat.ErrOutOfScale.
func (t Times) WriteSVG(w io.Writer) error {
	labels := make([]string, len(t.Rows))
	stats := make([]timeStats, len(t.Rows))
	var all []time.Duration
	for i, row := range t.Rows {
		var err error
		if stats[i], err = t.summarize(row); err != nil {
			return fmt.Errorf("figure %q, row %q: %w", t.ID, row.Label, err)
		}
		labels[i] = row.Label
		all = append(all, row.Values...)
	}
	if len(all) == 0 {
		all = []time.Duration{time.Second} // an axis for an empty plot
	}
	var c canvas
	a := newAxis(frameFor(labels), slices.Min(all), slices.Max(all), t.Log)
	top := float64(timeTop)
	if len(t.Bands) == 0 {
		top = bareTop
	}
	bottom := top + float64(timePitch*len(t.Rows))
	c.heading(t.Title)
	drawBands(&c, a, bottom, t.Bands)
	t.scale(&c, a, bottom)
	for i, row := range t.Rows {
		middle := top + timePitch*(float64(i)+0.5)
		c.label(a.left-12, middle, row.Label)
		row.draw(&c, a, middle, stats[i])
	}
	return c.writeTo(w, head{id: t.ID, title: t.Title, desc: t.describe(stats), height: bottom + 52})
}

// summarize checks a row and computes its median and interval.
func (t Times) summarize(row TimeRow) (timeStats, error) {
	values := make([]float64, len(row.Values))
	for i, d := range row.Values {
		if d < 0 || d > maxDuration || (t.Log && d == 0) {
			return timeStats{}, fmt.Errorf("value %d, %v, has no place on the axis: %w", i, d, stat.ErrOutOfScale)
		}
		values[i] = float64(d)
	}
	if len(values) == 0 {
		return timeStats{}, nil
	}
	median, err := stat.Quantile(values, 0.5)
	if err != nil {
		return timeStats{}, err
	}
	interval, err := stat.MedianInterval(values)
	if err != nil && !errors.Is(err, stat.ErrTooFew) {
		return timeStats{}, err
	}
	return timeStats{median: time.Duration(median), interval: interval, sure: err == nil}, nil
}

// scale draws the lines and labels of the axis.
func (t Times) scale(c *canvas, a axis, bottom float64) {
	c.line(a.left, bottom, a.right, bottom, 1, faint)
	for _, d := range a.minorTicks() {
		c.line(a.at(d), bottom, a.at(d), bottom+3, 1, faint)
	}
	for _, d := range a.ticks() {
		x := a.at(d)
		c.line(x, bottom, x, bottom+5, 1, faint)
		c.text(x, bottom+19, a.tickLabel(d), textStyle{size: smallSize + 1, anchor: "middle", faint: true})
	}
	c.text((a.left+a.right)/2, bottom+40, t.Axis+"; ◆ median with 95 % interval", textStyle{size: smallSize + 1, anchor: "middle", faint: true})
}

// draw draws one row around y.
func (row TimeRow) draw(c *canvas, a axis, y float64, s timeStats) {
	if len(row.Values) == 0 {
		c.text(a.left+8, y+4.5, "no values", textStyle{faint: true})
		return
	}
	colour := seriesColours[max(row.Series, 0)%len(seriesColours)]
	paint := fmt.Sprintf(`class="series-%d" fill="%s" fill-opacity="0.8"`, max(row.Series, 0), colour)
	radius := dotRadius
	if len(row.Values) > manyDots {
		radius = smallDot
	}
	for _, p := range swarm(a, row.Values, radius) {
		c.dot(p.x, y-dotsAbove+p.y, radius, paint)
	}
	if s.sure {
		low, high := a.at(time.Duration(s.interval.Low)), a.at(time.Duration(s.interval.High))
		c.line(low, y+restBelow, high, y+restBelow, 3, 1)
		c.line(low, y+restBelow-4, low, y+restBelow+4, 1.5, 1)
		c.line(high, y+restBelow-4, high, y+restBelow+4, 1.5, 1)
	}
	c.diamond(a.at(s.median), y+restBelow, 6)
	c.text(a.right+14, y-3, "median "+spell(s.median), textStyle{size: 12})
	c.text(a.right+14, y+12, fmt.Sprintf("n = %d", len(row.Values)), textStyle{size: 12, faint: true})
}

func (t Times) describe(stats []timeStats) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Dots with medians: %s.", t.Axis)
	for i, row := range t.Rows {
		n, s := len(row.Values), stats[i]
		switch {
		case n == 0:
			fmt.Fprintf(&b, " %s: no values.", row.Label)
		case s.sure:
			fmt.Fprintf(&b, " %s: n = %d, median %s, 95 %% interval %s to %s.", row.Label, n, spell(s.median),
				spell(time.Duration(s.interval.Low)), spell(time.Duration(s.interval.High)))
		default:
			fmt.Fprintf(&b, " %s: n = %d, median %s, too few values for an interval.", row.Label, n, spell(s.median))
		}
	}
	return b.String()
}
