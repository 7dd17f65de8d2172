package figure

import (
	"fmt"
	"io"
	"math"
	"strings"

	"vmstudy/analysis/stat"
)

// Completion shows which share has completed something as time goes on: a panel for each setting with a line for each of its levels. Lines
// differ in their dashes, so that nobody needs colours.
type Completion struct {
	ID, Title string
	Axis      string // of time, with its unit
	Panels    []CompletionPanel
}

// A CompletionPanel is one setting.
type CompletionPanel struct {
	Label  string
	Curves []CompletionCurve
}

// A CompletionCurve is one level: a share that rises in steps.
type CompletionCurve struct {
	Label  string
	Series int // the colour and the dashes, from 0
	Steps  []CompletionStep
	Cut    []float64 // when somebody was cut off
	End    float64   // until when anybody is known of
}

// A CompletionStep is the share from At on.
type CompletionStep struct{ At, Share float64 }

// Measures of a Completion figure in user units.
const (
	panelsAcross = 3
	panelTop     = 44
	panelHeight  = 130
	panelPitch   = 212
	panelLeft    = 42
)

// dashes are as many as seriesColours.
var dashes = []string{"", "7 4", "2 3", "9 3 2 3", "14 4", "1 5"}

// WriteSVG draws the figure. A share outside of 0 to 1 and a time that is negative or not finite give stat.ErrOutOfScale.
func (g Completion) WriteSVG(w io.Writer) error {
	longest := 1.0
	for _, p := range g.Panels {
		for _, v := range p.Curves {
			for _, s := range append(v.Steps, CompletionStep{At: v.End}) {
				if !(s.At >= 0 && s.Share >= 0 && s.Share <= 1+1e-9) || math.IsInf(s.At, 0) {
					return fmt.Errorf("figure %q, %s, %s: share %g at %g: %w", g.ID, p.Label, v.Label, s.Share, s.At, stat.ErrOutOfScale)
				}
			}
			longest = max(longest, v.End)
		}
	}
	var c canvas
	c.text(margin, 24, cut(g.Title, wideWidth-2*margin, titleSize), textStyle{size: titleSize, bold: true})
	across := min(panelsAcross, max(1, len(g.Panels)))
	pitch := float64(wideWidth-2*margin) / float64(across)
	for i, p := range g.Panels {
		left := margin + pitch*float64(i%across)
		f := frame{left: left + panelLeft, right: left + pitch - 14}
		p.draw(&c, newNumberAxis(f, 0, longest, false), panelTop+panelPitch*float64(i/across), g.Axis)
	}
	rows := (len(g.Panels) + across - 1) / across
	return c.writeTo(w, head{id: g.ID, title: g.Title, desc: g.describe(), height: panelTop + panelPitch*float64(rows), width: wideWidth})
}

// draw draws a panel whose upper edge is at y.
func (p CompletionPanel) draw(c *canvas, a numberAxis, y float64, axis string) {
	c.text(a.left-panelLeft+4, y+14, cut(p.Label, a.width()+panelLeft, textSize), textStyle{bold: true})
	top := y + 24
	bottom := top + panelHeight
	up := func(share float64) float64 { return bottom - share*panelHeight }
	for _, share := range []float64{0, 0.5, 1} {
		c.line(a.left, up(share), a.right, up(share), 1, 0.15)
		c.text(a.left-5, up(share)+4, fmt.Sprintf("%.0f %%", 100*share), textStyle{size: smallSize, anchor: "end", faint: true})
	}
	for _, v := range a.ticks() {
		c.line(a.at(v), bottom, a.at(v), bottom+4, 1, faint)
		c.text(a.at(v), bottom+16, tick(v), textStyle{size: smallSize, anchor: "middle", faint: true})
	}
	c.text((a.left+a.right)/2, bottom+31, axis, textStyle{size: smallSize, anchor: "middle", faint: true})
	x := a.left
	for _, v := range p.Curves {
		v.draw(c, a, up)
		style := fmt.Sprintf(`stroke="%s" stroke-width="2" stroke-dasharray="%s"`, seriesColours[v.Series%len(seriesColours)], dashes[v.Series%len(dashes)])
		fmt.Fprintf(&c.body, `<path d="M%s %sh24" fill="none" %s/>`+"\n", num(x), num(bottom+43), style)
		c.text(x+28, bottom+47, cut(v.Label, 80, smallSize), textStyle{size: smallSize})
		x += 40 + min(80, textWidth(v.Label, smallSize))
	}
}

func (v CompletionCurve) draw(c *canvas, a numberAxis, up func(float64) float64) {
	var d strings.Builder
	fmt.Fprintf(&d, "M%s %s", num(a.at(0)), num(up(0)))
	for _, s := range v.Steps {
		fmt.Fprintf(&d, "H%sV%s", num(a.at(s.At)), num(up(s.Share)))
	}
	fmt.Fprintf(&d, "H%s", num(a.at(v.End)))
	fmt.Fprintf(&c.body, `<path d="%s" fill="none" stroke="%s" stroke-width="2" stroke-dasharray="%s"/>`+"\n", d.String(), seriesColours[v.Series%len(seriesColours)], dashes[v.Series%len(dashes)])
	for _, t := range v.Cut {
		y := up(v.share(t))
		c.line(a.at(t), y-4, a.at(t), y+4, 1, 0.8)
	}
}

// share is the share at a time.
func (v CompletionCurve) share(at float64) float64 {
	share := 0.0
	for _, s := range v.Steps {
		if s.At <= at {
			share = s.Share
		}
	}
	return share
}

func (g Completion) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Rising lines, by %s.", g.Axis)
	for _, p := range g.Panels {
		fmt.Fprintf(&b, " %s:", p.Label)
		for _, v := range p.Curves {
			fmt.Fprintf(&b, " %s reaches %.0f %% at %.3g, %d cut off;", v.Label, 100*v.share(v.End), v.End, len(v.Cut))
		}
	}
	return b.String()
}
