package prereg

import (
	"fmt"
	"html"
	"strings"
)

// A Document is a preregistration as what it consists of, so that each of its forms says the same.
type Document struct {
	title  string
	blocks []block
}

// A block is a heading, a paragraph, a list or a table.
type block struct {
	level int      // of a heading, from 2; 0 if it is none
	text  string   // of a heading or a paragraph
	quote bool     // the paragraph is what participants read, with its line breaks
	items []string // of a list
	head  []string // of a table
	rows  [][]string
}

func (d *Document) heading(level int, text string) {
	d.blocks = append(d.blocks, block{level: level, text: text})
}

func (d *Document) say(format string, args ...any) {
	d.blocks = append(d.blocks, block{text: fmt.Sprintf(format, args...)})
}

// quote shows what participants read, or what somebody wrote, as it is; nothing if it is empty.
func (d *Document) quote(text string) {
	if strings.TrimSpace(text) != "" {
		d.blocks = append(d.blocks, block{text: text, quote: true})
	}
}

func (d *Document) list(items ...string) {
	if len(items) > 0 {
		d.blocks = append(d.blocks, block{items: items})
	}
}

func (d *Document) table(head []string, rows [][]string) {
	if len(rows) > 0 {
		d.blocks = append(d.blocks, block{head: head, rows: rows})
	}
}

// Markdown returns the document as CommonMark with tables.
func (d Document) Markdown() string {
	var b strings.Builder
	b.WriteString("# " + plainly(d.title) + "\n")
	for _, x := range d.blocks {
		b.WriteString("\n")
		switch {
		case x.level > 0:
			b.WriteString(strings.Repeat("#", x.level) + " " + plainly(x.text) + "\n")
		case x.items != nil:
			for _, item := range x.items {
				b.WriteString("- " + plainly(item) + "\n")
			}
		case x.head != nil:
			writeRow(&b, x.head)
			writeRow(&b, slicesOf("---", len(x.head)))
			for _, row := range x.rows {
				writeRow(&b, row)
			}
		case x.quote:
			for line := range strings.SplitSeq(strings.Trim(x.text, "\n"), "\n") {
				if line = strings.TrimSpace(line); line == "" {
					b.WriteString(">\n")
				} else {
					b.WriteString("> " + plainly(line) + "  \n")
				}
			}
		default:
			b.WriteString(plainly(x.text) + "\n")
		}
	}
	return b.String()
}

func writeRow(b *strings.Builder, cells []string) {
	b.WriteString("|")
	for _, c := range cells {
		if c != "---" {
			c = plainly(c)
		}
		b.WriteString(" " + c + " |")
	}
	b.WriteString("\n")
}

func slicesOf(s string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = s
	}
	return all
}

// special are characters that mean something in Markdown, wherever they stand.
const special = "\\`*_{}[]<>#|~"

// plainly writes text as one line of Markdown that shows just this text.
func plainly(text string) string {
	var b strings.Builder
	for i, word := range strings.Fields(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		if i == 0 && opens(word) {
			b.WriteString(word[:len(word)-1] + "\\" + word[len(word)-1:])
			continue
		}
		for _, r := range word {
			if r < 0x80 && strings.ContainsRune(special, r) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// opens reports whether a word at the beginning of a line opens a list: -, + or a number with a point or a parenthesis.
func opens(word string) bool {
	if word == "-" || word == "+" || word == "=" || word == "==" {
		return true
	}
	digits := strings.TrimRight(word, ".)")
	return len(word)-len(digits) == 1 && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// style is for reading and for paper. The document stands alone, so that it looks alike wherever it is kept.
const style = `@page { size: A4; margin: 22mm 20mm; }
body { font: 11pt/1.45 Georgia, "Times New Roman", serif; color: #000; background: #fff; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { font-family: "Segoe UI", "DejaVu Sans", sans-serif; line-height: 1.2; break-after: avoid; }
h2 { margin-top: 1.8em; border-bottom: 1px solid #bbb; }
table { border-collapse: collapse; width: 100%; font-size: 9.5pt; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 0.6rem 0.2rem 0; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
tr, blockquote { break-inside: avoid; }
blockquote { margin: 0.6rem 0; padding-left: 0.9rem; border-left: 3px solid #ccc; white-space: pre-line; overflow-wrap: anywhere; }
p { overflow-wrap: anywhere; }
@media print { body { margin: 0; padding: 0; max-width: none; } }`

// HTML returns the document as a page that needs nothing else.
func (d Document) HTML() string {
	var b strings.Builder
	title := html.EscapeString(d.title)
	fmt.Fprintf(&b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>%s</title>\n<style>\n%s\n</style>\n</head>\n<body>\n<h1>%s</h1>\n", title, style, title)
	for _, x := range d.blocks {
		switch {
		case x.level > 0:
			fmt.Fprintf(&b, "<h%d>%s</h%[1]d>\n", x.level, html.EscapeString(x.text))
		case x.items != nil:
			b.WriteString("<ul>\n")
			for _, item := range x.items {
				fmt.Fprintf(&b, "<li>%s</li>\n", html.EscapeString(item))
			}
			b.WriteString("</ul>\n")
		case x.head != nil:
			b.WriteString("<table>\n<thead><tr>")
			for _, h := range x.head {
				fmt.Fprintf(&b, "<th scope=\"col\">%s</th>", html.EscapeString(h))
			}
			b.WriteString("</tr></thead>\n<tbody>\n")
			for _, row := range x.rows {
				b.WriteString("<tr>")
				for _, cell := range row {
					fmt.Fprintf(&b, "<td>%s</td>", html.EscapeString(cell))
				}
				b.WriteString("</tr>\n")
			}
			b.WriteString("</tbody>\n</table>\n")
		case x.quote:
			fmt.Fprintf(&b, "<blockquote>%s</blockquote>\n", html.EscapeString(strings.Trim(x.text, "\n")))
		default:
			fmt.Fprintf(&b, "<p>%s</p>\n", html.EscapeString(x.text))
		}
	}
	b.WriteString("</body>\n</html>\n")
	return b.String()
}
