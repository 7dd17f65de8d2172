package figure

import (
	"fmt"
	"io"
	"math"
	"strings"

	"vmstudy/analysis/stat"
)

// points is the length of the scales that Ratings draws.
const points = 7

// Ratings shows how often each point of a 7-point scale was chosen in each condition, as
// diverging stacked bars: points 1 to 3 lie left of the centre line, points 5 to 7 right of it,
// and point 4 lies across it.
type Ratings struct {
	ID        string // unique within the page
	Title     string
	Low, High string // the labels of points 1 and 7
	HighIsBad bool   // 7 is the bad end, as for annoyance; orange is always the bad side
	Rows      []RatingRow
}

// A RatingRow is one condition: Counts[0] is how often point 1 was chosen.
type RatingRow struct {
	Label  string
	Counts [points]int
}

// ratingColours go from the bad end, orange, to the good end, blue, and are darker towards both ends.
// People with any common kind of colour vision can tell these two hues apart.
var ratingColours = [points]struct{ fill, text string }{
	{"#a64b00", "#ffffff"},
	{"#e08a2e", "#000000"},
	{"#f7cf9c", "#000000"},
	{"#d4d4d4", "#000000"},
	{"#b3d3ec", "#000000"},
	{"#5a9fd4", "#000000"},
	{"#14568f", "#ffffff"},
}

// Measures of a Ratings figure in user units.
const (
	ratingTop   = 92 // where the first row begins, below title and key
	ratingPitch = 44
	ratingBar   = 28
)

// WriteSVG draws the figure. A negative count is stat.ErrOutOfScale.
func (r Ratings) WriteSVG(w io.Writer) error {
	labels := make([]string, len(r.Rows))
	for i, row := range r.Rows {
		labels[i] = row.Label
		for p, n := range row.Counts {
			if n < 0 {
				return fmt.Errorf("figure %q, row %q, point %d chosen %d times: %w", r.ID, row.Label, p+1, n, stat.ErrOutOfScale)
			}
		}
	}
	var c canvas
	f := frameFor(labels)
	c.heading(r.Title)
	r.key(&c, f)
	bottom := float64(ratingTop + ratingPitch*len(r.Rows))
	reach := r.reach()
	ratingAxis(&c, f, bottom, reach)
	for i, row := range r.Rows {
		middle := ratingTop + ratingPitch*(float64(i)+0.5)
		c.label(f.left-12, middle, row.Label)
		r.bar(&c, f, middle, reach, row)
	}
	return c.writeTo(w, head{id: r.ID, title: r.Title, desc: r.describe(), height: bottom + 52})
}

// colour returns the colours of point p, counted from 0.
func (r Ratings) colour(p int) (fill, text string) {
	if r.HighIsBad {
		p = points - 1 - p
	}
	return ratingColours[p].fill, ratingColours[p].text
}

// key draws the scale with the labels of its ends, centred above the plot.
func (r Ratings) key(c *canvas, f frame) {
	const side, y = 26, 46
	x := (f.left+f.right)/2 - points*side/2
	c.text(x-8, y+14, cut(r.Low, x-8-margin, textSize), textStyle{anchor: "end"})
	for p := range points {
		fill, text := r.colour(p)
		c.rect(x+float64(p)*side, y, side-1, 20, `fill="`+fill+`"`, "")
		c.text(x+(float64(p)+0.5)*side-0.5, y+14.5, fmt.Sprint(p+1), textStyle{size: 12, anchor: "middle", fill: text})
	}
	right := x + points*side + 8
	c.text(right, y+14, cut(r.High, width-margin-right, textSize), textStyle{})
}

// halves returns the shares of row left and right of the centre line. Half of the midpoint counts
// on each side.
func (row RatingRow) halves() (below, above float64) {
	n := float64(row.total())
	if n == 0 {
		return 0, 0
	}
	for p, count := range row.Counts {
		share := float64(count) / n
		switch {
		case p < points/2:
			below += share
		case p > points/2:
			above += share
		default:
			below, above = below+share/2, above+share/2
		}
	}
	return below, above
}

func (row RatingRow) total() int {
	n := 0
	for _, count := range row.Counts {
		n += count
	}
	return n
}

// reach returns the share at the left and the right edge of the plot: a multiple of 25 %, equal on
// both sides so that these can be compared by eye.
func (r Ratings) reach() float64 {
	most := 0.0
	for _, row := range r.Rows {
		below, above := row.halves()
		most = max(most, below, above)
	}
	return max(0.25, math.Ceil(most*4-1e-9)/4)
}

func ratingAxis(c *canvas, f frame, bottom, reach float64) {
	centre := (f.left + f.right) / 2
	for share := 0.0; share <= reach+1e-9; share += 0.25 {
		for _, side := range []float64{-1, 1} {
			x := centre + side*share/reach*f.width()/2
			c.line(x, ratingTop-4, x, bottom+4, 1, 0.2)
			if side > 0 || share > 0 { // once in the middle
				c.text(x, bottom+20, fmt.Sprintf("%.0f %%", share*100), textStyle{size: smallSize + 1, anchor: "middle", faint: true})
			}
		}
	}
	// The centre line lies behind the bars: before them it would strike out the counts of the midpoint.
	c.line(centre, ratingTop-4, centre, bottom+4, 1.5, 1)
	c.text(centre, bottom+40, "share of answers; the numbers in the bars count answers", textStyle{size: smallSize + 1, anchor: "middle", faint: true})
}

// bar draws one row around y.
func (r Ratings) bar(c *canvas, f frame, y, reach float64, row RatingRow) {
	n := row.total()
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
		fill, text := r.colour(p)
		w := float64(count) / float64(n) * perShare
		tip := fmt.Sprintf("%s: %d of %d chose %d", row.Label, count, n, p+1)
		paint := fmt.Sprintf(`class="point-%d" fill="%s"`, p+1, fill)
		c.rect(x+0.5, y-ratingBar/2, max(w-1, 0.5), ratingBar, paint, tip) // gaps between the bars separate them for those who do not see colours
		if number := fmt.Sprint(count); w >= textWidth(number, 12)+4 {
			c.text(x+w/2, y+4.5, number, textStyle{size: 12, anchor: "middle", fill: text})
		}
		x += w
	}
	c.text(f.right+14, y-3, "median "+digits(row.median()), textStyle{size: 12})
	c.text(f.right+14, y+12, fmt.Sprintf("n = %d", n), textStyle{size: 12, faint: true})
}

// median returns the median point of a row that has answers, or the mean of the two middle points.
func (row RatingRow) median() float64 {
	n := row.total()
	return float64(row.ranked((n-1)/2)+row.ranked(n/2)) / 2
}

// ranked returns the point at the given rank, from 0, of the sorted answers.
func (row RatingRow) ranked(rank int) int {
	for p, count := range row.Counts {
		if rank -= count; rank < 0 {
			return p + 1
		}
	}
	return points
}

func (r Ratings) describe() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Stacked bars of answers from 1 (%s) to 7 (%s).", r.Low, r.High)
	for _, row := range r.Rows {
		n := row.total()
		if n == 0 {
			fmt.Fprintf(&b, " %s: no answers.", row.Label)
			continue
		}
		var chosen []string
		for p, count := range row.Counts {
			chosen = append(chosen, fmt.Sprintf("%d: %d", p+1, count))
		}
		fmt.Fprintf(&b, " %s: %d answers, median %s; chosen %s.", row.Label, n, digits(row.median()), strings.Join(chosen, ", "))
	}
	return b.String()
}
