package figure

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// Offsets shows how far measurements are from what was set: for each row a dot, on a line from the
// lowest to the highest value, over a band of tolerated offsets.
type Offsets struct {
	ID    string // unique within the page
	Title string
	Axis  string // with its unit, such as "measured less expected round trip, ms"
	Rows  []OffsetRow
}

// An OffsetRow is one measured quantity minus its expected value.
type OffsetRow struct {
	Label          string
	Low, Mid, High float64
	Tolerance      float64 // half the width of the band
	Verdict        string  // in a few words
	Good           bool
}

// Measures of an Offsets figure in user units.
const (
	offsetTop   = 46
	offsetPitch = 36
)

// WriteSVG draws the figure.
func (o Offsets) WriteSVG(w io.Writer) error {
	labels := make([]string, len(o.Rows))
	reach := 0.0
	for i, r := range o.Rows {
		labels[i] = r.Label
		for _, v := range []float64{r.Low, r.Mid, r.High, r.Tolerance} {
			if v = math.Abs(v); v > reach && !math.IsInf(v, 0) {
				reach = v
			}
		}
	}
	reach = roundReach(reach)
	var c canvas
	c.heading(o.Title)
	f := frameFor(labels)
	at := func(v float64) float64 { return f.left + (max(-reach, min(reach, v))/reach+1)/2*f.width() }
	bottom := offsetTop + offsetPitch*float64(len(o.Rows))
	for i, r := range o.Rows {
		r.draw(&c, f, at, offsetTop+offsetPitch*(float64(i)+0.5))
	}
	c.line(at(0), offsetTop, at(0), bottom, 1, faint)
	for _, v := range []float64{-reach, -reach / 2, 0, reach / 2, reach} {
		c.line(at(v), bottom, at(v), bottom+5, 1, faint)
		c.text(at(v), bottom+19, signed(v), textStyle{size: smallSize + 1, anchor: "middle", faint: true})
	}
	c.text((f.left+f.right)/2, bottom+40, o.Axis, textStyle{size: smallSize + 1, anchor: "middle", faint: true})
	return c.writeTo(w, head{id: o.ID, title: o.Title, desc: o.describe(), height: bottom + 52})
}

// draw draws one row around y.
func (r OffsetRow) draw(c *canvas, f frame, at func(float64) float64, y float64) {
	c.label(f.left-12, y, r.Label)
	c.rect(at(-r.Tolerance), y-offsetPitch/2+4, at(r.Tolerance)-at(-r.Tolerance), offsetPitch-8, `fill="#009e73" fill-opacity="0.15"`, "")
	colour := seriesColours[0]
	if !r.Good {
		colour = seriesColours[1]
	}
	c.line(at(r.Low), y, at(r.High), y, 2.5, 1)
	c.dot(at(r.Mid), y, 5, fmt.Sprintf(`fill="%s"`, colour))
	for i, line := range wrap(r.Verdict, noteWidth-14, 12) {
		c.text(f.right+14, y+4+14*float64(i), line, textStyle{size: 12})
	}
}

func (o Offsets) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.", o.Axis)
	for _, r := range o.Rows {
		fmt.Fprintf(&b, " %s: %+.3g, from %+.3g to %+.3g, tolerated ±%.3g: %s.", r.Label, r.Mid, r.Low, r.High, r.Tolerance, r.Verdict)
	}
	return b.String()
}

// signed writes a number with its sign; 0 has none.
func signed(v float64) string {
	if v == 0 {
		return "0"
	}
	return fmt.Sprintf("%+g", v)
}
