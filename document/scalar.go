package document

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"vmstudy/study/instrument"
)

// single reads a scalar with take, which reports whether it could. wanted says what take reads. Spaces around the scalar
// do not count.
func single[V any](wanted string, take func(n node) (V, bool)) func(*reader, string, node, *V) {
	return func(r *reader, at string, n node, into *V) {
		if n.kind != scalar {
			r.fault(at, n.line, "%s is wanted here, and this is %s", wanted, n.kind.what())
			return
		}
		n.text = strings.TrimSpace(n.text)
		v, ok := take(n)
		if !ok {
			r.fault(at, n.line, "“%s” is not %s", shortened(n.text), wanted)
			return
		}
		*into = v
	}
}

// shortened is text as it can stand in a sentence.
func shortened(text string) string {
	const most = 40
	if len(text) <= most {
		return strings.ToValidUTF8(text, "�")
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// text is a string that is stored as it is: UTF-8 without NUL. Line ends become LF.
func text[S ~string]() codec[S] {
	return codec[S]{
		write: func(s S) node { return quote(string(s)) },
		read: func(r *reader, at string, n node, into *S) {
			switch s := instrument.WithLF(n.text); {
			case n.kind != scalar:
				r.fault(at, n.line, "a text is wanted here, and this is %s", n.kind.what())
			case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
				r.fault(at, n.line, "this has characters that cannot be stored: use plain text")
			default:
				*into = S(s)
			}
		},
		schema: func() schema { return schema{"type": "string"} },
	}
}

// word is how the text spells one value of a type.
type word[S ~string] struct {
	value S
	text  string
}

// oneOf is a choice. A value that has no word, as of a design that was never valid, is written as a string.
func oneOf[S ~string](words ...word[S]) codec[S] {
	var names []string
	for _, w := range words {
		names = append(names, w.text)
	}
	return codec[S]{
		write: func(v S) node {
			for _, w := range words {
				if w.value == v {
					return plain(w.text)
				}
			}
			return quote(string(v))
		},
		read: single("one of "+strings.Join(names, ", "), func(n node) (S, bool) {
			for _, w := range words {
				if w.text == n.text {
					return w.value, true
				}
			}
			return "", false
		}),
		schema: func() schema { return schema{"enum": names} },
	}
}

// words are the values of a type whose spelling is their own.
func words[S ~string](values ...S) (all []word[S]) {
	for _, v := range values {
		all = append(all, word[S]{value: v, text: string(v)})
	}
	return all
}

// flag is yes or no, written true or false.
func flag() codec[bool] {
	return codec[bool]{
		write: func(v bool) node { return plain(strconv.FormatBool(v)) },
		read: single("true or false", func(n node) (bool, bool) {
			return n.text == "true", !n.quoted && (n.text == "true" || n.text == "false")
		}),
		schema: func() schema { return schema{"type": "boolean"} },
	}
}

// eitherOf is yes or no, written as one of two words.
func eitherOf(no, yes string) codec[bool] {
	return codec[bool]{
		write: func(v bool) node {
			if v {
				return plain(yes)
			}
			return plain(no)
		},
		read:   single(no+" or "+yes, func(n node) (bool, bool) { return n.text == yes, n.text == yes || n.text == no }),
		schema: func() schema { return schema{"enum": []string{no, yes}} },
	}
}

// whole is a whole number.
func whole[N ~int | ~int64 | ~uint64]() codec[N] {
	return codec[N]{
		write: func(v N) node {
			if v < 0 {
				return plain(strconv.FormatInt(int64(v), 10))
			}
			return plain(strconv.FormatUint(uint64(v), 10))
		},
		read: single("a whole number", func(n node) (N, bool) {
			if i, err := strconv.ParseInt(n.text, 10, 64); err == nil {
				v := N(i)
				return v, !n.quoted && int64(v) == i && (v < 0) == (i < 0)
			}
			u, err := strconv.ParseUint(n.text, 10, 64)
			v := N(u)
			return v, !n.quoted && err == nil && v >= 0 && uint64(v) == u
		}),
		schema: func() schema { return schema{"type": "integer"} },
	}
}

// fixed is a decimal number of units, of which each is 10^digits of what is stored. So with 6 digits a
// time.Duration is written in ms: 0.25 is 250,000 ns. A number that is finer is refused.
func fixed[N ~int64](digits int) codec[N] {
	return codec[N]{
		write: func(v N) node { return plain(decimal(int64(v), digits)) },
		read: single("a number such as 7.2 with at most "+strconv.Itoa(digits)+" digits behind the point", func(n node) (N, bool) {
			v, ok := parseDecimal(n.text, digits)
			return N(v), ok && !n.quoted
		}),
		schema: func() schema { return schema{"type": "number"} },
	}
}

// minutes is a time in minutes, with at most nine digits behind the point. What is stored is a multiple of 60 ns.
func minutes() codec[duration] { return secondsTimes(60, "a number of minutes such as 7.5") }

// hours is a time in hours. What is stored is a multiple of 3600 ns.
func hours() codec[duration] { return secondsTimes(3600, "a number of hours such as 24") }

func secondsTimes(n duration, wanted string) codec[duration] {
	c := fixed[duration](seconds)
	return codec[duration]{
		write: func(v duration) node { return c.write(v / n) },
		read: single(wanted, func(x node) (duration, bool) {
			v, ok := parseDecimal(x.text, seconds)
			return duration(v) * n, ok && !x.quoted && duration(v)*n/n == duration(v)
		}),
		schema: c.schema,
	}
}

// decimal writes v / 10^digits, exactly.
func decimal(v int64, digits int) string {
	sign, size := "", uint64(v)
	if v < 0 {
		sign, size = "-", -uint64(v)
	}
	s := strconv.FormatUint(size, 10)
	if len(s) <= digits {
		s = strings.Repeat("0", digits+1-len(s)) + s
	}
	point := len(s) - digits
	return strings.TrimSuffix(strings.TrimRight(sign+s[:point]+"."+s[point:], "0"), ".")
}

// parseDecimal reads a decimal number, without an exponent, as its 10^digits-fold. It takes what decimal writes, and
// zeros where they change nothing.
func parseDecimal(text string, digits int) (int64, bool) {
	rest, negative := strings.CutPrefix(text, "-")
	before, behind, _ := strings.Cut(rest, ".")
	if behind = strings.TrimRight(behind, "0"); len(behind) > digits || before == "" || strings.HasPrefix(before, "+") {
		return 0, false
	}
	sign := ""
	if negative {
		sign = "-"
	}
	v, err := strconv.ParseInt(sign+before+behind+strings.Repeat("0", digits-len(behind)), 10, 64)
	return v, err == nil
}

// percent is a share from 0 to 1, written in percent: 1.3 is 0.013.
func percent() codec[float64] {
	c := number()
	return codec[float64]{
		write:  func(v float64) node { return plain(shift(strconv.FormatFloat(v, 'f', -1, 64), 2)) },
		read:   func(r *reader, at string, n node, into *float64) { c.read(r, at, shifted(n), into) },
		schema: c.schema,
	}
}

func shifted(n node) node {
	if _, err := strconv.ParseFloat(n.text, 64); err == nil && isDecimal(n.text) {
		n.text = shift(n.text, -2)
	}
	return n
}

// number is a number that is stored as a float64, and written as the shortest decimal that stands for it.
func number() codec[float64] {
	return codec[float64]{
		write: func(v float64) node { return plain(strconv.FormatFloat(v, 'f', -1, 64)) },
		read: single("a number such as 7.2", func(n node) (float64, bool) {
			v, err := strconv.ParseFloat(n.text, 64)
			return v, !n.quoted && err == nil && isDecimal(n.text) && !math.IsInf(v, 0)
		}),
		schema: func() schema { return schema{"type": "number"} },
	}
}

// isDecimal reports whether text is digits with perhaps a sign before and a point among them.
func isDecimal(text string) bool {
	text = strings.TrimPrefix(text, "-")
	return text != "" && len(text) <= 400 && strings.Trim(text, "0123456789.") == "" && strings.Count(text, ".") <= 1 && text != "."
}

// shift moves the point of a decimal number, to the right for positive places. No digit is lost.
func shift(text string, places int) string {
	rest, negative := strings.CutPrefix(text, "-")
	before, behind, _ := strings.Cut(rest, ".")
	for ; places > 0; places-- {
		if behind == "" {
			behind = "0"
		}
		before, behind = before+behind[:1], behind[1:]
	}
	for ; places < 0; places++ {
		if before == "" {
			before = "0"
		}
		last := len(before) - 1
		before, behind = before[:last], before[last:]+behind
	}
	before, behind = strings.TrimLeft(before, "0"), strings.TrimRight(behind, "0")
	if before == "" {
		before = "0"
	}
	if behind != "" {
		before += "." + behind
	}
	if negative {
		return "-" + before
	}
	return before
}
