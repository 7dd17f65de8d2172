package figure

import (
	"math"
	"strconv"
)

// A numberAxis maps numbers to horizontal positions in a frame.
type numberAxis struct {
	frame
	low, high float64
	step      float64 // between ticks; of a logarithmic axis unused
	log       bool
}

// newNumberAxis returns an axis that shows low and high and has round ends. That of a logarithmic one are powers of ten, and low must
// be positive then.
func newNumberAxis(f frame, low, high float64, log bool) numberAxis {
	a := numberAxis{frame: f, low: low, high: high, log: log}
	if log {
		a.low, a.high = math.Pow(10, math.Floor(math.Log10(low)+1e-9)), math.Pow(10, math.Ceil(math.Log10(high)-1e-9))
		if a.low == a.high {
			a.high *= 10
		}
		return a
	}
	span := high - low
	if span <= 0 {
		span = math.Max(1, math.Abs(high))
	}
	a.step = roundReach(span / 6)
	a.low, a.high = math.Floor(low/a.step+1e-9)*a.step, math.Ceil(high/a.step-1e-9)*a.step
	if a.low == a.high {
		a.low, a.high = a.low-a.step, a.high+a.step
	}
	return a
}

// at returns the x of v. What lies beyond the axis is at its end.
func (a numberAxis) at(v float64) float64 {
	v = math.Max(a.low, math.Min(a.high, v))
	part := (v - a.low) / (a.high - a.low)
	if a.log {
		part = math.Log(v/a.low) / math.Log(a.high/a.low)
	}
	return a.left + part*a.width()
}

// holds reports whether v has a place of its own on the axis. Rounding may put the end of an axis a little beside a value that it has to hold.
func (a numberAxis) holds(v float64) bool {
	slack := 1e-6 * (a.high - a.low)
	if a.log {
		slack = 1e-6 * v
	}
	return v >= a.low-slack && v <= a.high+slack
}

// ticks returns the round numbers at which the axis has labels.
func (a numberAxis) ticks() (ticks []float64) {
	if a.log {
		for v := a.low; v <= a.high*1.001; v *= 10 {
			ticks = append(ticks, v)
		}
		return ticks
	}
	for i := math.Round(a.low / a.step); i*a.step <= a.high+a.step/1e6; i++ {
		ticks = append(ticks, i*a.step)
	}
	return ticks
}

// scale draws lines and labels of the axis below a plot that goes from top to bottom.
func (a numberAxis) scale(c *canvas, top, bottom float64, name string) {
	for _, v := range a.ticks() {
		c.line(a.at(v), top, a.at(v), bottom+4, 1, 0.15)
		c.text(a.at(v), bottom+18, tick(v), textStyle{size: smallSize + 1, anchor: "middle", faint: true})
	}
	c.line(a.left, bottom, a.right, bottom, 1, faint)
	for i, line := range wrap(name, a.width()+60, smallSize+1) {
		c.text((a.left+a.right)/2, bottom+36+15*float64(i), line, textStyle{size: smallSize + 1, anchor: "middle", faint: true})
	}
}

// tick writes the number of a tick.
func tick(v float64) string {
	s := strconv.FormatFloat(v, 'g', 6, 64)
	if v < 0 {
		return "−" + s[1:]
	}
	return s
}
