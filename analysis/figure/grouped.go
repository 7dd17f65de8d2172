package figure

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"vmstudy/analysis/stat"
)

// Grouped shows what is compared side by side: for each group, as a network and a task, a row for each level that is compared in it, as
// an access method, and beside the rows the differences between the levels.
//
// A row is either how often each point of a scale was chosen, as diverging bars, or a dot for each person.
type Grouped struct {
	ID         string // unique within the page
	Title      string
	Scale      *PointScale // of bars; nil: rows have dots
	Axis       string      // of dots, with its unit
	Low, High  float64     // ends of the axis of dots that it has at least; both 0: what the dots need
	Log        bool        // of the axis of dots; every value must be positive then
	Tolerance  float64     // of dots that are differences: half the width of a band around 0; 0 for none
	Bands      []Band      // shaded behind dots
	Difference string      // axis of the differences; empty: there are none
	Groups     []Group
}

// A Band is a range of values with a name, From included and To not. A To of 0 has no end.
type Band struct {
	Name     string
	From, To float64
}

// A PointScale is the scale of an item: 2 to 11 points.
type PointScale struct {
	Points    []string // of each: what it is called, as "1"
	Low, High string   // labels of the ends
	HighIsBad bool     // the last point is the bad end, as for annoyance; orange is always the bad side
	Neutral   bool     // nobody knows which end is the bad one: violet, darker towards the last point
}

// A Group is what is alike but for what is compared.
type Group struct {
	Label       string
	Rows        []GroupRow
	Differences []Contrast
}

// A GroupRow is one level.
type GroupRow struct {
	Label  string
	Series int            // the shape and colour of its dots, from 0
	Counts []int          // of bars: how often each point was chosen
	Values []float64      // of dots: one for each person
	Centre *float64       // of dots: drawn as a diamond; nil for none
	Limits *stat.Interval // of Centre; nil for none
	Note   string         // beside the row, as in "median 5, n = 12"
}

// A Contrast is a difference with its interval.
type Contrast struct {
	Label  string // as in "stream − vnc"
	Centre float64
	Limits *stat.Interval // nil for none
	Known  bool           // there is a Centre
	Note   string         // as in "n = 12", or why there is none
}

// Measures of a Grouped figure in user units.
const (
	wideWidth   = 900
	groupLabel  = 150 // right end of the labels
	groupPitch  = 36  // height of a row
	groupHead   = 26  // height of the label of a group
	groupGap    = 12  // below a group
	groupBar    = 24
	groupNote   = 100 // width of the notes
	groupDiffs  = 225 // width of the differences
	groupTop    = 84
	dotRadius   = 3.0
	smallDot    = 1.8
	manyDots    = 100 // more dots than this in a row are small
	groupMargin = 60  // below the plot
)

// WriteSVG draws the figure. A negative count, a value that is not finite and, on a logarithmic axis, one that is not positive give
// stat.ErrOutOfScale.
func (g Grouped) WriteSVG(w io.Writer) error {
	if err := g.check(); err != nil {
		return err
	}
	var c canvas
	c.text(margin, 24, cut(g.Title, wideWidth-2*margin, titleSize), textStyle{size: titleSize, bold: true})
	main, beside := g.frames()
	bottom := float64(groupTop)
	for _, group := range g.Groups {
		bottom += groupHead + groupPitch*float64(max(1, len(group.Rows))) + groupGap
	}
	painter := g.painter(&c, main, bottom)
	across := g.differences(&c, beside, bottom)
	y := float64(groupTop)
	for i, group := range g.Groups {
		if i > 0 {
			c.line(margin, y, wideWidth-margin, y, 1, 0.15)
		}
		c.text(margin, y+18, cut(group.Label, groupLabel+200, textSize), textStyle{bold: true})
		y += groupHead
		for j, row := range group.Rows {
			middle := y + groupPitch*(float64(j)+0.5)
			c.text(groupLabel, middle+4.5, cut(row.Label, groupLabel-margin, textSize), textStyle{anchor: "end"})
			painter(row, middle)
			for k, line := range wrap(row.Note, groupNote-4, 12) {
				c.text(main.right+10, middle-2+14*float64(k), line, textStyle{size: 12, faint: k > 0})
			}
		}
		height := groupPitch * float64(max(1, len(group.Rows)))
		for j, m := range group.Differences {
			if g.Difference == "" {
				break
			}
			m.draw(&c, across, y+height*(float64(j)+0.5)/float64(len(group.Differences)))
		}
		y += height + groupGap
	}
	return c.writeTo(w, head{id: g.ID, title: g.Title, desc: g.describe(), height: bottom + groupMargin, width: wideWidth})
}

func (g Grouped) frames() (main, beside frame) {
	main = frame{left: groupLabel + 12, right: wideWidth - margin - groupNote - 10}
	if g.Difference != "" {
		beside = frame{left: wideWidth - margin - groupDiffs + 10, right: wideWidth - margin - 10}
		main.right -= groupDiffs
	}
	return main, beside
}

func (g Grouped) check() error {
	for _, group := range g.Groups {
		for _, row := range group.Rows {
			for _, n := range row.Counts {
				if n < 0 || len(row.Counts) != len(g.Scale.Points) {
					return fmt.Errorf("figure %q, %s, %s: counts %v: %w", g.ID, group.Label, row.Label, row.Counts, stat.ErrOutOfScale)
				}
			}
			for _, v := range row.Values {
				if math.IsNaN(v) || math.IsInf(v, 0) || g.Log && v <= 0 {
					return fmt.Errorf("figure %q, %s, %s: %g has no place on the axis: %w", g.ID, group.Label, row.Label, v, stat.ErrOutOfScale)
				}
			}
		}
	}
	return nil
}

// painter draws what stands behind the rows and returns what draws a row around y.
func (g Grouped) painter(c *canvas, f frame, bottom float64) func(GroupRow, float64) {
	if g.Scale != nil {
		reach := g.reach()
		g.Scale.key(c, f)
		halvedAxis(c, f, bottom, reach)
		return func(row GroupRow, y float64) { g.Scale.bar(c, f, y, reach, row) }
	}
	a := g.axis(f)
	if g.Tolerance > 0 {
		c.rect(a.at(-g.Tolerance), groupTop, a.at(g.Tolerance)-a.at(-g.Tolerance), bottom-groupTop, `fill="#009e73" fill-opacity="0.15"`, "tolerated")
	}
	g.bands(c, a, bottom)
	a.scale(c, groupTop, bottom, g.Axis)
	return func(row GroupRow, y float64) { row.dots(c, a, y) }
}

// bands shades the bands behind the data, each darker than the one before, with their names above the plot where there is room.
func (g Grouped) bands(c *canvas, a numberAxis, bottom float64) {
	for i, b := range g.Bands {
		left, right := a.at(b.From), a.right
		if b.To > 0 {
			right = a.at(b.To)
		}
		if right <= left { // beyond the axis
			continue
		}
		c.rect(left, groupTop-12, right-left, bottom-groupTop+12, fmt.Sprintf(`class="band" fill="currentColor" fill-opacity="%g"`, 0.02+0.025*float64(i)), b.Name)
		if left > a.left {
			c.line(left, groupTop-12, left, bottom, 1, 0.25)
		}
		if textWidth(b.Name, smallSize) <= right-left {
			c.text((left+right)/2, groupTop-18, b.Name, textStyle{size: smallSize, anchor: "middle"})
		}
	}
}

// axis returns the axis of dots.
func (g Grouped) axis(f frame) numberAxis {
	low, high := math.Inf(1), math.Inf(-1)
	if g.Low != g.High {
		low, high = g.Low, g.High
	}
	if g.Tolerance > 0 {
		low, high = min(low, -2*g.Tolerance), max(high, 2*g.Tolerance)
	}
	for _, group := range g.Groups {
		for _, row := range group.Rows {
			for _, v := range row.drawn() {
				if !g.Log || v > 0 { // the end of an interval need not have a place
					low, high = min(low, v), max(high, v)
				}
			}
		}
	}
	if low > high {
		low, high = 1, 10
	}
	return newNumberAxis(f, low, high, g.Log)
}

// drawn are the values of a row of dots with their centre and the ends of its interval.
func (row GroupRow) drawn() []float64 {
	all := slices.Clone(row.Values)
	if row.Centre != nil {
		all = append(all, *row.Centre)
	}
	if row.Limits != nil {
		all = append(all, row.Limits.Low, row.Limits.High)
	}
	return all
}

// seriesShapes tell series apart without colours.
var seriesShapes = []func(c *canvas, x, y, r float64, paint string){
	(*canvas).dot,
	func(c *canvas, x, y, r float64, paint string) { c.rect(x-r, y-r, 2*r, 2*r, paint, "") },
	func(c *canvas, x, y, r float64, paint string) {
		fmt.Fprintf(&c.body, `<path d="M%s %sl%s %sh%sz" %s/>`+"\n", num(x), num(y-1.2*r), num(1.2*r), num(2.1*r), num(-2.4*r), paint)
	},
	func(c *canvas, x, y, r float64, paint string) { // the point below
		fmt.Fprintf(&c.body, `<path d="M%s %sl%s %sh%sz" %s/>`+"\n", num(x), num(y+1.2*r), num(1.2*r), num(-2.1*r), num(-2.4*r), paint)
	},
	func(c *canvas, x, y, r float64, paint string) { c.rect(x-r/2, y-1.4*r, r, 2.8*r, paint, "") },
	func(c *canvas, x, y, r float64, paint string) { c.rect(x-1.4*r, y-r/2, 2.8*r, r, paint, "") },
}

// dots draws a row of dots around y.
func (row GroupRow) dots(c *canvas, a numberAxis, y float64) {
	if len(row.Values) == 0 {
		c.text(a.left+8, y+4.5, "no values", textStyle{faint: true})
		return
	}
	series := max(row.Series, 0)
	paint := fmt.Sprintf(`class="series-%d" fill="%s" fill-opacity="0.75"`, series, seriesColours[series%len(seriesColours)])
	radius := dotRadius
	if len(row.Values) > manyDots {
		radius = smallDot
	}
	shape := seriesShapes[series%len(seriesShapes)]
	last := map[int]float64{}
	for _, v := range slices.Sorted(slices.Values(row.Values)) {
		x, level := a.at(v), 0
		for ; level < 4; level++ {
			if at, taken := last[level]; !taken || at+2*radius <= x {
				break
			}
		}
		last[level] = x
		side := float64((level+1)/2) * float64(1-2*(level%2))
		shape(c, x, y-6+side*(radius*1.7), radius, paint)
	}
	if row.Limits != nil {
		c.whisker(a, *row.Limits, y+11)
	}
	if row.Centre != nil {
		c.diamond(a.at(*row.Centre), y+11, 5)
	}
}

// whisker draws an interval. An end beyond the axis has no cap: the interval goes on there.
func (c *canvas) whisker(a numberAxis, in stat.Interval, y float64) {
	c.line(a.at(in.Low), y, a.at(in.High), y, 2.5, 1)
	for _, v := range []float64{in.Low, in.High} {
		if a.holds(v) {
			c.line(a.at(v), y-4, a.at(v), y+4, 1.5, 1)
		}
	}
}

// differences draws what stands behind the differences and returns their axis.
func (g Grouped) differences(c *canvas, f frame, bottom float64) numberAxis {
	if g.Difference == "" {
		return numberAxis{}
	}
	low, high := 0.0, 0.0
	for _, group := range g.Groups {
		for _, m := range group.Differences {
			if m.Known {
				low, high = min(low, m.Centre), max(high, m.Centre)
			}
			if m.Limits != nil {
				low, high = min(low, m.Limits.Low), max(high, m.Limits.High)
			}
		}
	}
	if low == high {
		low, high = -1, 1
	}
	a := newNumberAxis(f, low, high, false)
	a.scale(c, groupTop, bottom, g.Difference)
	c.line(a.at(0), groupTop, a.at(0), bottom, 1.5, 0.8)
	return a
}

// draw draws a difference around y.
func (m Contrast) draw(c *canvas, a numberAxis, y float64) {
	words := m.Label
	if m.Note != "" {
		words += ", " + m.Note
	}
	zero, style := a.at(0), textStyle{size: smallSize} // beside the line at 0, on the side that has more room
	room := a.right + margin - zero - 6
	x := zero + 6
	if zero-a.left > a.right-zero {
		room, x, style.anchor = zero-6-a.left+2*margin, zero-6, "end"
	}
	c.text(x, y-9, cut(words, room, smallSize), style)
	if m.Limits != nil {
		c.whisker(a, *m.Limits, y+3)
	}
	if m.Known {
		c.diamond(a.at(m.Centre), y+3, 5)
	}
}

func (g Grouped) describe() string {
	var b strings.Builder
	if g.Scale != nil {
		fmt.Fprintf(&b, "Stacked bars of answers from %s (%s) to %s (%s).", g.Scale.Points[0], g.Scale.Low, g.Scale.Points[len(g.Scale.Points)-1], g.Scale.High)
	} else {
		fmt.Fprintf(&b, "Dots: %s.", g.Axis)
	}
	if g.Difference != "" {
		fmt.Fprintf(&b, " Beside them: %s.", g.Difference)
	}
	for _, group := range g.Groups {
		fmt.Fprintf(&b, " %s:", group.Label)
		for _, row := range group.Rows {
			if g.Scale != nil {
				fmt.Fprintf(&b, " %s %s, chosen %s;", row.Label, row.Note, row.chosen(*g.Scale))
			} else {
				fmt.Fprintf(&b, " %s %s;", row.Label, row.Note)
			}
		}
		for _, m := range group.Differences {
			fmt.Fprintf(&b, " %s %s;", m.Label, m.says())
		}
	}
	return b.String()
}

// says is the difference in words.
func (m Contrast) says() string {
	switch {
	case !m.Known:
		return m.Note
	case m.Limits == nil:
		return fmt.Sprintf("%.3g, %s", m.Centre, m.Note)
	}
	return fmt.Sprintf("%.3g, from %.3g to %.3g, %s", m.Centre, m.Limits.Low, m.Limits.High, m.Note)
}
