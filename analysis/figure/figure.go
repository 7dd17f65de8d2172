// Package figure draws the results of a study: how people rated each condition, and how
// long things took in it.
//
// Figures are SVG without scripts, style sheets or fonts, so that they work in a page under a
// strict content policy, in a paper, and on their own. Text and lines have the colour of the
// surrounding text, so that they fit light and dark pages. Marks have fixed colours that people
// with colour vision deficiencies can tell apart, and classes by which a page may give them other
// colours. Each figure says in words what it shows (title and desc), for people who cannot see it.
//
// The same input gives the same bytes, so that figures can be compared and archived.
package figure

// width is the width of most figures in SVG user units. If a page shows a figure at this width in
// pixels, its text is as large as the page's.
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
	noteWidth  = 112 // width of the column of notes at the right, such as "n = 12"
	labelLimit = 190 // widest column of labels at the left; longer labels are broken, then cut
)

// seriesColours are those of Okabe and Ito, Color Universal Design (2008), with a lighter blue, so that
// all are visible on white and on black.
var seriesColours = []string{"#1f86c8", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"}

// faint is the opacity of lines and text that are not data.
const faint = 0.65

// frame is the horizontal extent of a plot, between the labels at its left and the notes at its right.
type frame struct {
	left, right float64
}

func (f frame) width() float64 { return f.right - f.left }

// frameFor returns a frame with as much room at its left as the labels need.
func frameFor(labels []string) frame {
	widest := 60.0
	for _, l := range labels {
		for _, line := range wrap(l, labelLimit, textSize) {
			widest = max(widest, textWidth(line, textSize))
		}
	}
	return frame{left: margin + widest + 12, right: width - margin - noteWidth}
}
