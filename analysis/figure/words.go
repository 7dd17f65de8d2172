package figure

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// textWidth estimates how wide s is set. Nothing here can measure a font; the estimate is
// on the wide side of what sans-serif fonts need for ordinary text.
func textWidth(s string, size float64) float64 {
	return 0.6 * size * float64(utf8.RuneCountInString(s))
}

// wrap breaks s into at most two lines of about the given width, after a comma where that
// can be, so that a number keeps its unit. What needs more than two lines is cut.
func wrap(s string, limit, size float64) []string {
	if textWidth(s, size) <= limit {
		return []string{s}
	}
	at, afterComma := 0, false // the place of the space to break at
	for i, r := range s {
		if r != ' ' || i == 0 || textWidth(s[:i], size) > limit {
			continue
		}
		if comma := s[i-1] == ','; comma || !afterComma {
			at, afterComma = i, comma
		}
	}
	if at == 0 {
		return []string{cut(s, limit, size)}
	}
	return []string{s[:at], cut(s[at+1:], limit, size)}
}

// cut shortens s to about the given width, with an ellipsis where something was lost.
func cut(s string, limit, size float64) string {
	if textWidth(s, size) <= limit {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && textWidth(string(runes)+"…", size) > limit {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ,") + "…"
}

// spell writes a duration of zero or more with three significant digits in the unit that
// suits it.
func spell(d time.Duration) string {
	switch s := d.Seconds(); {
	case s == 0:
		return "0 s"
	case s < 0.9995:
		return digits(s*1000) + " ms"
	case s < 999.5:
		return digits(s) + " s"
	default:
		return digits(s/60) + " min"
	}
}

// digits writes x with three significant digits and no superfluous zeros.
func digits(x float64) string {
	if x == 0 {
		return "0"
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(x))))
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
