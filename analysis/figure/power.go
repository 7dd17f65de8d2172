package figure

import (
	"fmt"
	"io"
	"math"
	"strings"

	"vmstudy/analysis/stat"
)

// Power shows how likely a study finds what it looks for, by how many people take part.
type Power struct {
	ID     string // unique within the page
	Title  string
	Goal   float64 // a share that studies aim at, as a line across; from 0 to 1
	Points []PowerPoint
}

// A PowerPoint is one number of people.
type PowerPoint struct {
	People int
	Share  float64       // of studies that find it, from 0 to 1
	Limits stat.Interval // of Share
}

// WriteSVG draws the figure. A share outside of 0 to 1 gives stat.ErrOutOfScale.
func (v Power) WriteSVG(w io.Writer) error {
	most := 1
	for _, p := range v.Points {
		if low := math.Min(p.Limits.Low, p.Share); !(low >= 0 && math.Max(p.Limits.High, p.Share) <= 1) {
			return fmt.Errorf("figure %q, %d people: %g: %w", v.ID, p.People, p.Share, stat.ErrOutOfScale)
		}
		most = max(most, p.People)
	}
	var c canvas
	c.heading(v.Title)
	x := newNumberAxis(frame{left: curveLeft, right: width - margin - 40}, 0, float64(most), false)
	bottom := float64(curveTop + curveHeight)
	up := func(share float64) float64 { return bottom - share*curveHeight }
	for percent := 0; percent <= 100; percent += 20 {
		y := up(float64(percent) / 100)
		c.line(x.left, y, x.right, y, 1, 0.15)
		c.text(x.left-8, y+4, fmt.Sprintf("%d %%", percent), textStyle{size: smallSize + 1, anchor: "end", faint: true})
	}
	c.text(margin, curveTop-10, "studies that find it", textStyle{size: smallSize + 1, faint: true})
	x.scale(&c, curveTop, bottom, "participants")
	fmt.Fprintf(&c.body, `<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="#d55e00" stroke-width="1.5" stroke-dasharray="6 4"/>`+"\n", num(x.left), num(up(v.Goal)), num(x.right), num(up(v.Goal)))
	at := func(p PowerPoint) float64 { return x.at(float64(p.People)) }
	for i := 1; i < len(v.Points); i++ {
		p, q := v.Points[i-1], v.Points[i]
		fmt.Fprintf(&c.body, `<path d="M%s %sL%s %sL%s %sL%s %sz" fill="#1f86c8" fill-opacity="0.2"/>`+"\n",
			num(at(p)), num(up(p.Limits.Low)), num(at(q)), num(up(q.Limits.Low)), num(at(q)), num(up(q.Limits.High)), num(at(p)), num(up(p.Limits.High)))
		c.line(at(p), up(p.Share), at(q), up(q.Share), 2, 1)
	}
	for _, p := range v.Points {
		c.line(at(p), up(p.Limits.Low), at(p), up(p.Limits.High), 2, 1)
		c.dot(at(p), up(p.Share), 4, `fill="currentColor"`)
	}
	return c.writeTo(w, head{id: v.ID, title: v.Title, desc: v.describe(), height: bottom + 52})
}

func (v Power) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "The share of studies that find it, by the number of participants. The broken line is at %.0f %%.", 100*v.Goal)
	for _, p := range v.Points {
		fmt.Fprintf(&b, " %d: %.1f %%, from %.1f to %.1f.", p.People, 100*p.Share, 100*p.Limits.Low, 100*p.Limits.High)
	}
	return b.String()
}
