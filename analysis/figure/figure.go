// Package figure draws the results of a study: how people rated each condition, and how
// long things took in it.
//
// Figures are SVG made by hand, without scripts, style sheets or fonts of their own, so
// that they stand in a page under a strict content policy, in a paper, and on their own.
// Text and lines have the colour of the surrounding text, which makes them fit light and
// dark pages; marks have fixed colours that people with colour vision deficiencies can
// tell apart, and classes through which a page may colour them anew. Each figure says in
// words what it shows (title and desc), for those who cannot see it.
//
// The same input gives the same bytes: figures can be compared and archived.
package figure

// width is that of every figure, in SVG user units; at this width on a screen, text is as
// large as that of the page.
const width = 700

// Sizes of text in user units.
const (
	titleSize = 16
	textSize  = 13
	smallSize = 11
)

// Measures that all figures share, in user units.
const (
	margin     = 10
	noteWidth  = 112 // column at the right: what a row is made of
	labelLimit = 190 // widest column at the left; longer labels are broken, then cut
)

// faint is the opacity of lines and text that support the data but are not data.
const faint = 0.65

// frame is where the plot of a figure lies: between the labels at its left and the notes
// at its right.
type frame struct {
	left, right float64
}

func (f frame) width() float64 { return f.right - f.left }

// frameFor leaves as much room at the left as the labels need.
func frameFor(labels []string) frame {
	widest := 60.0
	for _, l := range labels {
		for _, line := range wrap(l, labelLimit, textSize) {
			widest = max(widest, textWidth(line, textSize))
		}
	}
	return frame{left: margin + widest + 12, right: width - margin - noteWidth}
}
