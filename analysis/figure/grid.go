package figure

import (
	"fmt"
	"io"
	"math"
	"strings"

	"vmstudy/analysis/stat"
)

// Grid shows a difference in a plane of two quantities, as round trip by bandwidth. Cells whose interval includes 0 are hatched; those that have
// no interval are neither hatched nor decided.
type Grid struct {
	ID            string // unique within the page
	Title         string
	Across, Down  string // what the columns and the rows are
	Columns, Rows []string
	Cells         []GridCell
	Above, Below  string // what a difference above 0 and one below it say, as in "stream is better"
	Series        [2]int // the colours of Above and of Below, from 0
}

// A GridCell is the difference at one place of the plane.
type GridCell struct {
	Column, Row int
	Label       string // as the name of the network
	Centre      float64
	Limits      *stat.Interval // nil for none
	Known       bool           // there is a Centre
	Note        string         // as in "n = 12"
}

// decided reports whether the interval does not include 0.
func (x GridCell) decided() bool { return x.Limits != nil && (x.Limits.Low > 0 || x.Limits.High < 0) }

// Measures of a Grid figure in user units.
const (
	gridLeft  = 110 // width of the labels of rows
	gridTop   = 134
	gridPitch = 92 // height of a cell
)

// WriteSVG draws the figure.
func (g Grid) WriteSVG(w io.Writer) error {
	var c canvas
	c.heading(g.Title)
	fmt.Fprintf(&c.body, `<defs><pattern id="%s-hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V8" stroke="currentColor" stroke-opacity="0.22" stroke-width="2"/></pattern></defs>`+"\n", escape(g.ID))
	g.key(&c)
	across := (float64(width) - gridLeft - margin) / float64(max(1, len(g.Columns)))
	across = min(across, 200)
	c.text(gridLeft+across*float64(len(g.Columns))/2, gridTop-26, g.Across, textStyle{size: smallSize + 1, anchor: "middle", faint: true})
	for i, name := range g.Columns {
		c.text(gridLeft+across*(float64(i)+0.5), gridTop-8, cut(name, across-4, textSize), textStyle{anchor: "middle", bold: true})
	}
	c.text(margin, gridTop-8, g.Down, textStyle{size: smallSize + 1, faint: true})
	for i, name := range g.Rows {
		c.label(gridLeft-10, gridTop+gridPitch*(float64(i)+0.5), name)
	}
	reach := 0.0
	for _, x := range g.Cells {
		if x.Known {
			reach = max(reach, math.Abs(x.Centre))
		}
	}
	for _, x := range g.Cells {
		x.draw(&c, g, gridLeft+across*float64(x.Column), gridTop+gridPitch*float64(x.Row), across, reach)
	}
	return c.writeTo(w, head{id: g.ID, title: g.Title, desc: g.describe(), height: gridTop + gridPitch*float64(len(g.Rows)) + 16})
}

// key explains colours and hatching.
func (g Grid) key(c *canvas) {
	x, y := float64(margin), 40.0
	for i, word := range []string{g.Above, g.Below, "undecided: the interval holds 0", "no interval"} {
		paint := fmt.Sprintf(`fill="%s" fill-opacity="0.3"`, g.colour(i == 0))
		switch i {
		case 2:
			paint = fmt.Sprintf(`fill="url(#%s-hatch)" stroke="currentColor" stroke-opacity="0.4"`, escape(g.ID))
		case 3:
			paint = bare
		}
		wide := 25 + textWidth(word, 12) + 18
		if x > margin && x+wide > width {
			x, y = margin, y+22
		}
		c.rect(x, y, 18, 18, paint, "")
		c.text(x+25, y+13.5, word, textStyle{size: 12})
		x += wide
	}
}

// colour is that of a difference above 0, or of one below.
func (g Grid) colour(above bool) string {
	return seriesColours[g.Series[btoi(!above)]%len(seriesColours)]
}

// bare is the border of a cell without an interval.
const bare = `fill="none" stroke="currentColor" stroke-opacity="0.4" stroke-dasharray="1 4"`

// draw draws a cell whose upper left corner is at x and y.
func (x GridCell) draw(c *canvas, g Grid, left, top, across, reach float64) {
	wide, high := across-4, float64(gridPitch-4)
	if x.Known && x.Centre != 0 {
		c.rect(left+2, top+2, wide, high, fmt.Sprintf(`fill="%s" fill-opacity="%.2f"`, g.colour(x.Centre > 0), 0.08+0.27*math.Abs(x.Centre)/reach), x.Label)
	}
	border := `fill="none" stroke="currentColor" stroke-opacity="0.4"`
	switch {
	case x.Limits == nil:
		border = bare
	case !x.decided():
		border = fmt.Sprintf(`fill="url(#%s-hatch)" stroke="currentColor" stroke-opacity="0.4" stroke-dasharray="4 3"`, escape(g.ID))
	}
	c.rect(left+2, top+2, wide, high, border, "")
	middle := left + across/2
	c.text(middle, top+20, cut(x.Label, wide-6, smallSize), textStyle{size: smallSize, anchor: "middle", faint: true})
	if !x.Known {
		c.text(middle, top+gridPitch/2+6, "no pairs", textStyle{anchor: "middle"})
		return
	}
	c.text(middle, top+41, signedWords(x.Centre), textStyle{size: titleSize, anchor: "middle", bold: true})
	if x.Limits != nil {
		c.text(middle, top+58, signedWords(x.Limits.Low)+" to "+signedWords(x.Limits.High), textStyle{size: 12, anchor: "middle"})
	}
	c.text(middle, top+76, cut(x.verdict(g)+", "+x.Note, wide-2, smallSize), textStyle{size: smallSize, anchor: "middle"})
}

// verdict says what a cell found, for who does not see colours.
func (x GridCell) verdict(g Grid) string {
	switch {
	case x.Limits == nil:
		return "no interval"
	case !x.decided():
		return "undecided"
	case x.Centre > 0:
		return g.Above
	}
	return g.Below
}

// signedWords writes a number with its sign; 0 has none.
func signedWords(v float64) string {
	s := fmt.Sprintf("%+.2f", v)
	switch {
	case strings.Trim(s, "+-0.") == "":
		return "0"
	case s[0] == '-':
		return "−" + s[1:]
	}
	return s
}

func (g Grid) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Cells of %s by %s.", g.Down, g.Across)
	for _, x := range g.Cells {
		fmt.Fprintf(&b, " %s, %s (%s):", g.Rows[x.Row], g.Columns[x.Column], x.Label)
		switch {
		case !x.Known:
			fmt.Fprintf(&b, " no pairs, %s.", x.Note)
		case x.Limits == nil:
			fmt.Fprintf(&b, " %s, %s, %s.", signedWords(x.Centre), x.verdict(g), x.Note)
		default:
			fmt.Fprintf(&b, " %s, from %s to %s, %s, %s.", signedWords(x.Centre), signedWords(x.Limits.Low), signedWords(x.Limits.High), x.verdict(g), x.Note)
		}
	}
	return b.String()
}
