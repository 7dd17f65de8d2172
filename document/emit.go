package document

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// indent is one level of the text.
const indent = "  "

// emit writes an object as YAML. Each node has exactly one spelling.
func emit(n node) string {
	var b strings.Builder
	emitObject(&b, n, "")
	return b.String()
}

func emitObject(b *strings.Builder, n node, before string) {
	for i, key := range n.keys {
		if i > 0 {
			b.WriteString(before)
		}
		if slices.Contains(notWords, key) { // as no, the language
			key = inQuotes(key)
		}
		b.WriteString(key + ":")
		emitValue(b, n.values[i], before)
	}
}

// emitValue writes what follows a key.
func emitValue(b *strings.Builder, n node, before string) {
	switch {
	case n.kind == scalar:
		emitScalar(b, n, before)
	case n.kind == list && isRow(n.items):
		emitRow(b, n.items)
	case n.kind == list:
		b.WriteByte('\n')
		for _, item := range n.items {
			b.WriteString(before + indent + "-")
			if item.kind == scalar {
				emitScalar(b, item, before+indent)
				continue
			}
			b.WriteByte(' ')
			emitObject(b, item, before+indent+indent)
		}
	case len(n.keys) == 0:
		b.WriteString(" {}\n")
	default:
		b.WriteString("\n" + before + indent)
		emitObject(b, n, before+indent)
	}
}

// isRow reports whether a list is written in one line: it has words and numbers only, or nothing.
func isRow(items []node) bool {
	for _, item := range items {
		if item.kind != scalar || item.quoted {
			return false
		}
	}
	return true
}

func emitRow(b *strings.Builder, items []node) {
	b.WriteString(" [")
	for i, item := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(item.text)
	}
	b.WriteString("]\n")
}

// emitScalar writes a word or number as it is, a text of several lines as a literal block, and any other
// string in double quotes, as in JSON.
func emitScalar(b *strings.Builder, n node, before string) {
	switch {
	case !n.quoted:
		b.WriteString(" " + n.text + "\n")
	case isBlock(n.text):
		emitBlock(b, n.text, before+indent)
	default:
		b.WriteString(" " + inQuotes(n.text) + "\n")
	}
}

// emitBlock writes a text of several lines as a literal block: "|" keeps the line break at its end, and "|-"
// says that there is none.
func emitBlock(b *strings.Builder, text, before string) {
	body, ends := strings.CutSuffix(text, "\n")
	b.WriteString(" |")
	if !ends {
		b.WriteByte('-')
	}
	b.WriteByte('\n')
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" {
			b.WriteString(before + line)
		}
		b.WriteByte('\n')
	}
}

// isBlock reports whether text can stand in a literal block: it has several lines, begins with neither a space nor a
// line break, ends with at most one line break, and all its characters can be printed.
func isBlock(text string) bool {
	body := strings.TrimSuffix(text, "\n")
	if !strings.Contains(body, "\n") || strings.HasSuffix(body, "\n") || body[0] == ' ' || body[0] == '\n' {
		return false
	}
	for _, r := range text {
		if r != '\n' && !printable(r) {
			return false
		}
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line != "" && strings.TrimSpace(line) == "" {
			return false // a reader may take a line of spaces for an empty one
		}
	}
	return true
}

// printable reports whether r may stand in YAML as itself and is seen by people.
func printable(r rune) bool {
	return r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r) && r != unicode.ReplacementChar && r < 0x10000 && r != 0xfeff
}

// inQuotes writes a string in double quotes with JSON's escapes, which YAML has as well.
func inQuotes(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case printable(r):
			b.WriteRune(r)
		case r < 0x10000:
			b.WriteString(`\u` + digitsOf(r, 4))
		default:
			b.WriteString(`\U` + digitsOf(r, 8))
		}
	}
	b.WriteByte('"')
	return b.String()
}

func digitsOf(r rune, digits int) string {
	s := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", digits-len(s)) + s
}
