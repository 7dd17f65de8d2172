package figure

import (
	"fmt"
	"io"
	"math"
	"strings"

	"vmstudy/analysis/stat"
)

// Curve shows where two things are equally good: for each of some places on the x axis the y up to which one is better, with a band.
type Curve struct {
	ID           string // unique within the page
	Title        string
	X, Y         string // the axes, with their units
	Low, High    float64
	Points       []CurvePoint
	Above, Below string // what holds above the curve and below it, as in "stream is better"
}

// A CurvePoint is one place on the x axis.
type CurvePoint struct {
	Label  string
	At     float64       // y
	Limits stat.Interval // of At; its ends may lie beyond the axis
	Known  bool
	Why    string // why it is not known
}

// Measures of a Curve figure in user units.
const (
	curveTop    = 62
	curveHeight = 260
	curveLeft   = 90
)

// WriteSVG draws the figure. A point that is not finite gives stat.ErrOutOfScale.
func (v Curve) WriteSVG(w io.Writer) error {
	for _, p := range v.Points {
		if math.IsNaN(p.At+p.Limits.Low+p.Limits.High) || math.IsInf(p.At, 0) {
			return fmt.Errorf("figure %q, %s: %g: %w", v.ID, p.Label, p.At, stat.ErrOutOfScale)
		}
	}
	var c canvas
	c.heading(v.Title)
	f := frame{left: curveLeft, right: width - margin - 40}
	a := newNumberAxis(frame{left: 0, right: curveHeight}, v.Low, v.High, false)
	up := func(y float64) float64 { return curveTop + curveHeight - a.at(y) }
	at := func(i int) float64 { return f.left + f.width()*(float64(i)+0.5)/float64(len(v.Points)) }
	bottom := float64(curveTop + curveHeight)
	for _, y := range a.ticks() {
		c.line(f.left, up(y), f.right, up(y), 1, 0.15)
		c.text(f.left-8, up(y)+4, tick(y), textStyle{size: smallSize + 1, anchor: "end", faint: true})
	}
	c.line(f.left, bottom, f.right, bottom, 1, faint)
	c.text(margin, curveTop-10, v.Y, textStyle{size: smallSize + 1, faint: true})
	c.text((f.left+f.right)/2, bottom+38, v.X, textStyle{size: smallSize + 1, anchor: "middle", faint: true})
	c.text(f.right-6, curveTop+18, "above: "+v.Above, textStyle{size: 12, anchor: "end"})
	c.text(f.right-6, bottom-10, "below: "+v.Below, textStyle{size: 12, anchor: "end"})
	v.band(&c, at, up)
	for i, p := range v.Points {
		c.text(at(i), bottom+18, p.Label, textStyle{size: smallSize + 1, anchor: "middle"})
		if !p.Known {
			c.text(at(i), curveTop+curveHeight/2, "no crossing", textStyle{size: 12, anchor: "middle", faint: true})
			continue
		}
		x := at(i)
		low, high := up(p.Limits.Low), up(p.Limits.High)
		c.line(x, low, x, high, 2, 1)
		for _, end := range []float64{p.Limits.Low, p.Limits.High} {
			if a.holds(end) { // else the interval goes on beyond the axis
				c.line(x-5, up(end), x+5, up(end), 1.5, 1)
			}
		}
		c.dot(x, up(p.At), 5, `fill="currentColor"`)
		c.text(x+10, up(p.At)-6, tick(math.Round(p.At)), textStyle{size: 12, bold: true})
	}
	return c.writeTo(w, head{id: v.ID, title: v.Title, desc: v.describe(), height: bottom + 52})
}

// band draws the band and the line between neighbours that are known.
func (v Curve) band(c *canvas, at func(int) float64, up func(float64) float64) {
	for i := 1; i < len(v.Points); i++ {
		p, q := v.Points[i-1], v.Points[i]
		if !p.Known || !q.Known {
			continue
		}
		fmt.Fprintf(&c.body, `<path d="M%s %sL%s %sL%s %sL%s %sz" fill="#1f86c8" fill-opacity="0.2"/>`+"\n",
			num(at(i-1)), num(up(p.Limits.Low)), num(at(i)), num(up(q.Limits.Low)), num(at(i)), num(up(q.Limits.High)), num(at(i-1)), num(up(p.Limits.High)))
		c.line(at(i-1), up(p.At), at(i), up(q.At), 2, 1)
	}
}

func (v Curve) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, by %s. Above: %s. Below: %s.", v.Y, v.X, v.Above, v.Below)
	for _, p := range v.Points {
		if p.Known {
			fmt.Fprintf(&b, " %s: %.3g, from %.3g to %.3g.", p.Label, p.At, p.Limits.Low, p.Limits.High)
		} else {
			fmt.Fprintf(&b, " %s: %s", p.Label, p.Why)
		}
	}
	return b.String()
}
