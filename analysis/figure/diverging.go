package figure

import (
	"fmt"
	"math"
	"strings"
)

// ratingColours go from the bad end, orange, to the good end, blue, and are darker towards both ends.
// People with any common kind of colour vision can tell these two hues apart.
var ratingColours = [7]struct{ fill, text string }{
	{"#a64b00", "#ffffff"},
	{"#e08a2e", "#000000"},
	{"#f7cf9c", "#000000"},
	{"#d4d4d4", "#000000"},
	{"#b3d3ec", "#000000"},
	{"#5a9fd4", "#000000"},
	{"#14568f", "#ffffff"},
}

// neutralColours go from the low end to the high one and say nothing of good or bad.
var neutralColours = [7]struct{ fill, text string }{
	{"#dcd9ec", "#000000"},
	{"#cbc6e2", "#000000"},
	{"#b5b0d6", "#000000"},
	{"#9e9ac8", "#000000"},
	{"#8c86c2", "#000000"},
	{"#6a51a3", "#ffffff"},
	{"#4a1486", "#ffffff"},
}

// colour returns the colours of a point, counted from 0: the scale's ends have those of the ends, and its middle, if it has one, is grey. A
// neutral scale has no ends that are good or bad, and so no grey.
func (s PointScale) colour(p int) (fill, text string) {
	last := len(s.Points) - 1
	if s.Neutral {
		c := neutralColours[int(math.Round(float64(p)/float64(last)*float64(len(neutralColours)-1)))]
		return c.fill, c.text
	}
	if s.HighIsBad {
		p = last - p
	}
	at := int(math.Round(float64(p) / float64(last) * float64(len(ratingColours)-1)))
	if at == len(ratingColours)/2 && 2*p != last { // no point but the middle is grey
		at += 1 - 2*btoi(2*p < last)
	}
	return ratingColours[at].fill, ratingColours[at].text
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// key draws the scale with the labels of its ends, above the plot.
func (s PointScale) key(c *canvas, f frame) {
	const y = 40
	side := min(26, (f.width()-60)/float64(len(s.Points)))
	x := (f.left+f.right)/2 - float64(len(s.Points))*side/2
	c.text(x-8, y+14, cut(s.Low, x-8-margin, textSize), textStyle{anchor: "end"})
	for p, name := range s.Points {
		fill, text := s.colour(p)
		c.rect(x+float64(p)*side, y, side-1, 20, `fill="`+fill+`"`, "")
		c.text(x+(float64(p)+0.5)*side-0.5, y+14.5, name, textStyle{size: 12, anchor: "middle", fill: text})
	}
	right := x + float64(len(s.Points))*side + 8
	c.text(right, y+14, cut(s.High, wideWidth-margin-right, textSize), textStyle{})
}

// halves returns the shares of a row left and right of the centre line. Half of a midpoint counts on each side.
func (row GroupRow) halves() (below, above float64) {
	n := float64(sum(row.Counts))
	if n == 0 {
		return 0, 0
	}
	last := len(row.Counts) - 1
	for p, count := range row.Counts {
		share := float64(count) / n
		switch {
		case 2*p < last:
			below += share
		case 2*p > last:
			above += share
		default:
			below, above = below+share/2, above+share/2
		}
	}
	return below, above
}

func sum(counts []int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// reach returns the share at both edges of the plot: a multiple of 25 %.
func (g Grouped) reach() float64 {
	most := 0.0
	for _, group := range g.Groups {
		for _, row := range group.Rows {
			below, above := row.halves()
			most = max(most, below, above)
		}
	}
	return max(0.25, math.Ceil(most*4-1e-9)/4)
}

// halvedAxis draws shares left and right of a centre line.
func halvedAxis(c *canvas, f frame, bottom, reach float64) {
	centre := (f.left + f.right) / 2
	for share := 0.0; share <= reach+1e-9; share += 0.25 {
		for _, side := range []float64{-1, 1} {
			x := centre + side*share/reach*f.width()/2
			c.line(x, groupTop, x, bottom+4, 1, 0.15)
			if side > 0 || share > 0 { // once in the middle
				c.text(x, bottom+18, fmt.Sprintf("%.0f %%", share*100), textStyle{size: smallSize + 1, anchor: "middle", faint: true})
			}
		}
	}
	c.line(centre, groupTop, centre, bottom+4, 1.5, 0.8)
	c.text(centre, bottom+36, "share of answers; the numbers in the bars count answers", textStyle{size: smallSize + 1, anchor: "middle", faint: true})
}

// bar draws a row of bars around y.
func (s PointScale) bar(c *canvas, f frame, y, reach float64, row GroupRow) {
	n := sum(row.Counts)
	if n == 0 {
		c.text((f.left+f.right)/2+8, y+4.5, "no answers", textStyle{faint: true})
		return
	}
	below, _ := row.halves()
	perShare := f.width() / 2 / reach
	x := (f.left+f.right)/2 - below*perShare
	for p, count := range row.Counts {
		if count == 0 {
			continue
		}
		fill, text := s.colour(p)
		w := float64(count) / float64(n) * perShare
		tip := fmt.Sprintf("%s: %d of %d chose %s", row.Label, count, n, s.Points[p])
		c.rect(x+0.5, y-groupBar/2, max(w-1, 0.5), groupBar, fmt.Sprintf(`class="point-%d" fill="%s"`, p+1, fill), tip) // gaps part the bars for those who do not see colours
		if number := fmt.Sprint(count); w >= textWidth(number, 12)+4 {
			c.text(x+w/2, y+4.5, number, textStyle{size: 12, anchor: "middle", fill: text})
		}
		x += w
	}
}

// chosen says how often each point was chosen, as in "1: 0, 2: 3".
func (row GroupRow) chosen(s PointScale) string {
	var all []string
	for p, count := range row.Counts {
		all = append(all, fmt.Sprintf("%s: %d", s.Points[p], count))
	}
	return strings.Join(all, ", ")
}
