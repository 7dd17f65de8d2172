package figure

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
)

// A canvas collects the elements of one SVG document.
type canvas struct {
	body bytes.Buffer
}

// A textStyle is how text looks. The zero value is plain text that starts at x.
type textStyle struct {
	size   float64 // 0 means textSize
	anchor string  // "" (start), "middle" or "end"
	fill   string  // "" means the colour of the surrounding text
	faint  bool
	bold   bool
}

func (c *canvas) text(x, y float64, s string, st textStyle) {
	if st.size == 0 {
		st.size = textSize
	}
	fmt.Fprintf(&c.body, `<text x="%s" y="%s" font-size="%s"`, num(x), num(y), num(st.size))
	if st.anchor != "" {
		fmt.Fprintf(&c.body, ` text-anchor="%s"`, st.anchor)
	}
	if st.fill != "" {
		fmt.Fprintf(&c.body, ` fill="%s"`, st.fill)
	}
	if st.faint {
		fmt.Fprintf(&c.body, ` fill-opacity="%g"`, faint)
	}
	if st.bold {
		c.body.WriteString(` font-weight="600"`)
	}
	fmt.Fprintf(&c.body, ">%s</text>\n", escape(s))
}

// heading writes the title of the figure.
func (c *canvas) heading(s string) {
	c.text(margin, 24, cut(s, width-2*margin, titleSize), textStyle{size: titleSize, bold: true})
}

// label writes a row label that ends at x. Its lines are centred around y.
func (c *canvas) label(x, y float64, s string) {
	lines := wrap(s, labelLimit, textSize)
	const leading = textSize + 3
	first := y + textSize*0.35 - leading*float64(len(lines)-1)/2
	for i, line := range lines {
		c.text(x, first+leading*float64(i), line, textStyle{anchor: "end"})
	}
}

// rect draws a filled rectangle. A title that is not empty appears when somebody points at it.
func (c *canvas) rect(x, y, w, h float64, paint, title string) {
	fmt.Fprintf(&c.body, `<rect x="%s" y="%s" width="%s" height="%s" %s`, num(x), num(y), num(w), num(h), paint)
	if title == "" {
		c.body.WriteString("/>\n")
		return
	}
	fmt.Fprintf(&c.body, "><title>%s</title></rect>\n", escape(title))
}

// line draws a line in the colour of the text.
func (c *canvas) line(x1, y1, x2, y2, thick, opacity float64) {
	fmt.Fprintf(&c.body, `<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="currentColor" stroke-width="%s" stroke-opacity="%g"/>`+"\n",
		num(x1), num(y1), num(x2), num(y2), num(thick), opacity)
}

func (c *canvas) dot(x, y, r float64, paint string) {
	fmt.Fprintf(&c.body, `<circle cx="%s" cy="%s" r="%s" %s/>`+"\n", num(x), num(y), num(r), paint)
}

// diamond draws a small diamond in the colour of the text.
func (c *canvas) diamond(x, y, r float64) {
	fmt.Fprintf(&c.body, `<path d="M%s %sl%s %sl%s %sl%s %sz" fill="currentColor"/>`+"\n",
		num(x-r), num(y), num(r), num(-r), num(r), num(r), num(-r), num(r))
}

// head is the title, the description and the size of a figure.
type head struct {
	id, title, desc string
	height          float64
	width           int // 0: that of most figures
}

// writeTo writes the whole document. The IDs of its title and description are made from h.id, which
// must be unique within a page.
func (c *canvas) writeTo(w io.Writer, h head) error {
	id := escape(h.id)
	if h.width == 0 {
		h.width = width
	}
	var doc bytes.Buffer
	fmt.Fprintf(&doc, `<svg xmlns="http://www.w3.org/2000/svg" class="figure" viewBox="0 0 %d %s" width="%d" height="%s" role="img" aria-labelledby="%s-title" aria-describedby="%s-desc" font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" fill="currentColor">`+"\n",
		h.width, num(h.height), h.width, num(h.height), id, id)
	fmt.Fprintf(&doc, "<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n", id, escape(h.title), id, escape(h.desc))
	doc.Write(c.body.Bytes())
	doc.WriteString("</svg>\n")
	_, err := w.Write(doc.Bytes())
	return err
}

// num writes a coordinate with one decimal, which is precise enough and short.
func num(x float64) string {
	x = math.Round(x*10) / 10
	if x == 0 {
		x = 0 // no "-0"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// escape makes s safe as text and as an attribute. Characters that XML does not allow become U+FFFD.
func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // writing to a bytes.Buffer never fails
	return b.String()
}
