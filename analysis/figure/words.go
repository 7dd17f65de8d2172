package figure

import (
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// textWidth estimates the width of s in user units. This package cannot measure fonts; the estimate is
// slightly more than sans-serif fonts need for ordinary text.
func textWidth(s string, size float64) float64 {
	return 0.6 * size * float64(utf8.RuneCountInString(s))
}

// wrap breaks s into at most two lines of at most limit, if possible after a comma, so that a number
// stays with its unit. Text that does not fit is cut.
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

// cut shortens s to about limit and then ends it with an ellipsis.
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

// spell writes a duration, which must not be negative, with three significant digits in ms, s or min.
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

// digits writes x, which must not be negative, with three significant digits and no trailing zeros.
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
