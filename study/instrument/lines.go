package instrument

import "strings"

// WithLF returns a text with LF at its line ends. Browsers send CR LF, and a text that was converted twice has more than one CR before
// an LF: all of them belong to that one line end. A CR that stands elsewhere stays. What WithLF returns, it returns again.
func WithLF(text string) string {
	if !strings.Contains(text, "\r\n") {
		return text
	}
	lines := strings.Split(text, "\n")
	for i := range lines[:len(lines)-1] {
		lines[i] = strings.TrimRight(lines[i], "\r")
	}
	return strings.Join(lines, "\n")
}
