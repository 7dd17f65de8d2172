package figure

import (
	"fmt"

	"vmstudy/analysis/stat"
)

// drawBands shades the bands behind the data, each darker than the one before, and writes their
// names and bounds above the plot.
func drawBands(c *canvas, a axis, bottom float64, bands []stat.Band) {
	var names bandNames
	for i, b := range bands {
		left, right := a.left, a.right
		if b.From > a.low {
			left = a.at(min(b.From, a.high))
		}
		if b.To > 0 && b.To < a.high {
			right = a.at(max(b.To, a.low))
		}
		if right <= left { // beyond the axis
			continue
		}
		paint := fmt.Sprintf(`class="band" fill="currentColor" fill-opacity="%g"`, 0.02+0.025*float64(i))
		c.rect(left, timeTop-12, right-left, bottom-timeTop+12, paint, b.Name)
		names.add(c, (left+right)/2, b.Name)
		if left > a.left {
			c.line(left, timeTop-12, left, bottom, 1, 0.25)
			names.bound(c, left, spell(b.From))
		}
	}
}

// bandNames remembers how far the words above the plot reach, so that no two overlap.
type bandNames struct {
	until [3]float64 // right end of the last word on each line, from the top; the third line is for bounds
}

// Baselines of the three lines of words above the plot.
var bandLines = [3]float64{50, 64, timeTop - 16}

// add writes a name on the second line or, if there is no room, on the first. A name that fits on
// neither is left out: the band shows it when somebody points at it.
func (n *bandNames) add(c *canvas, x float64, name string) {
	for _, line := range []int{1, 0} {
		if n.write(c, line, x, name, textStyle{size: smallSize + 1, anchor: "middle"}) {
			return
		}
	}
}

func (n *bandNames) bound(c *canvas, x float64, text string) {
	n.write(c, 2, x, text, textStyle{size: smallSize, anchor: "middle", faint: true})
}

func (n *bandNames) write(c *canvas, line int, x float64, s string, st textStyle) bool {
	half := textWidth(s, st.size) / 2
	if x-half < n.until[line]+4 || x+half > width-margin {
		return false
	}
	n.until[line] = x + half
	c.text(x, bandLines[line], s, st)
	return true
}
