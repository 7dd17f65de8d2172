package figure

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"vmstudy/analysis/stat"
)

// Tracks shows how quantities changed over time: panels above each other with one common time axis.
type Tracks struct {
	ID    string // unique within the page
	Title string
	Axis  string        // label of the time axis, such as "seconds since the link was made"
	Span  time.Duration // length of the time axis
	Marks []Mark
	Panel []Panel
}

// A Mark is a moment worth a line through all panels.
type Mark struct {
	At    time.Duration
	Label string
}

// A Panel is one measured quantity. Its vertical axis begins at 0.
type Panel struct {
	Axis  string // with its unit, such as "Mbps"
	Lines []Line
}

// A Line is drawn in steps: each value is valid from its time to the next. A Limit above 0 is drawn
// as a dashed line in the same colour.
type Line struct {
	Label  string
	Series int // the colour, from 0
	At     []time.Duration
	Values []float64
	Limit  float64
}

// Measures of a Tracks figure in user units.
const (
	trackTop    = 62
	trackHeight = 96
	trackGap    = 30
	trackLeft   = 70
)

// WriteSVG draws the figure. It gives stat.ErrOutOfScale for a value that is negative, infinite or NaN,
// and for a line with another number of times than of values.
func (t Tracks) WriteSVG(w io.Writer) error {
	for _, p := range t.Panel {
		for _, l := range p.Lines {
			if err := l.check(); err != nil {
				return fmt.Errorf("figure %q, %s, %s: %w", t.ID, p.Axis, l.Label, err)
			}
		}
	}
	var c canvas
	c.heading(t.Title)
	f := frame{left: trackLeft, right: width - margin - noteWidth}
	across := axis{frame: f, high: max(t.Span, time.Second)} // it ends with Span, not at a round number
	bottom := float64(trackTop)
	for _, p := range t.Panel {
		p.draw(&c, across, bottom)
		bottom += trackHeight + trackGap
	}
	bottom -= trackGap
	t.marks(&c, across, bottom)
	for d := time.Duration(0); d <= across.high; d += linearStep(across.high) {
		c.line(across.at(d), bottom, across.at(d), bottom+5, 1, faint)
		c.text(across.at(d), bottom+19, digits(d.Seconds()), textStyle{size: smallSize + 1, anchor: "middle", faint: true})
	}
	c.text((f.left+f.right)/2, bottom+40, t.Axis, textStyle{size: smallSize + 1, anchor: "middle", faint: true})
	return c.writeTo(w, head{id: t.ID, title: t.Title, desc: t.describe(), height: bottom + 52})
}

// Add appends a value to the line.
func (l *Line) Add(at time.Duration, value float64) {
	l.At, l.Values = append(l.At, at), append(l.Values, value)
}

func (l Line) check() error {
	if len(l.At) != len(l.Values) {
		return fmt.Errorf("%d times for %d values: %w", len(l.At), len(l.Values), stat.ErrOutOfScale)
	}
	for _, v := range append([]float64{l.Limit}, l.Values...) {
		if !(v >= 0) || math.IsInf(v, 0) {
			return fmt.Errorf("%g has no place on the axis: %w", v, stat.ErrOutOfScale)
		}
	}
	return nil
}

func (l Line) most() float64 {
	most := 0.0
	for _, v := range l.Values {
		most = max(most, v)
	}
	return most
}

func (t Tracks) marks(c *canvas, across axis, bottom float64) {
	for _, m := range t.Marks {
		if m.At < 0 || m.At > across.high {
			continue
		}
		x := across.at(m.At)
		c.line(x, trackTop-8, x, bottom, 1, faint)
		style := textStyle{size: smallSize, faint: true}
		if x > (across.left+across.right)/2 {
			style.anchor = "end"
		}
		c.text(x, trackTop-12, m.Label, style)
	}
}

// draw draws a panel whose upper edge is at top.
func (p Panel) draw(c *canvas, across axis, top float64) {
	most := 0.0
	for _, l := range p.Lines {
		most = max(most, l.most(), l.Limit)
	}
	reach := roundReach(most)
	base := top + trackHeight
	up := func(v float64) float64 { return base - v/reach*trackHeight }
	c.line(across.left, base, across.right, base, 1, faint)
	for _, v := range []float64{0, reach / 2, reach} {
		c.line(across.left-4, up(v), across.left, up(v), 1, faint)
		c.text(across.left-8, up(v)+4, strconv.FormatFloat(v, 'g', 4, 64), textStyle{size: smallSize, anchor: "end", faint: true})
	}
	c.text(margin, top-8, p.Axis, textStyle{size: smallSize + 1, faint: true})
	for i, l := range p.Lines {
		colour := seriesColours[max(l.Series, 0)%len(seriesColours)]
		l.draw(c, across, up, colour)
		c.text(across.right+14, top+14+float64(i)*17, l.Label, textStyle{size: 12, fill: colour, bold: true})
	}
}

func (l Line) draw(c *canvas, across axis, up func(float64) float64, colour string) {
	if l.Limit > 0 {
		fmt.Fprintf(&c.body, `<path d="M%s %sH%s" fill="none" stroke="%s" stroke-dasharray="5 4"/>`+"\n",
			num(across.left), num(up(l.Limit)), num(across.right), colour)
	}
	if len(l.Values) == 0 {
		return
	}
	var d strings.Builder
	for i, v := range l.Values {
		x := num(across.at(min(l.At[i], across.high)))
		if i == 0 {
			fmt.Fprintf(&d, "M%s %s", x, num(up(v)))
		} else {
			fmt.Fprintf(&d, "H%sV%s", x, num(up(v)))
		}
	}
	fmt.Fprintf(&d, "H%s", num(across.right))
	fmt.Fprintf(&c.body, `<path d="%s" fill="none" stroke="%s" stroke-width="1.6"/>`+"\n", d.String(), colour)
}

// roundReach returns a round end for an axis that must show values up to most.
func roundReach(most float64) float64 {
	if most <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(most)))
	for _, r := range []float64{1, 2, 4, 5, 8, 10} {
		if r*power >= most {
			return r * power
		}
	}
	return 10 * power
}

func (t Tracks) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Over %s, %s.", spell(t.Span), t.Axis)
	for _, p := range t.Panel {
		for _, l := range p.Lines {
			fmt.Fprintf(&b, " %s, %s: at most %s", p.Axis, l.Label, digits(l.most()))
			if l.Limit > 0 {
				fmt.Fprintf(&b, " of %s", digits(l.Limit))
			}
			b.WriteString(".")
		}
	}
	return b.String()
}
