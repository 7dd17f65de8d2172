package analysis

import (
	"strconv"
	"time"
)

// A Column is one column of a file. The cells, the header and the codebook are all made from it, so
// that they always agree.
type Column[Row any] struct {
	Name    string // in snake_case, ending in the unit if there is one
	Unit    string // as in "ms"; empty for texts and counts
	Meaning string // a sentence for a reader who has only the file
	Get     func(Row) Value
}

// A Value is the content of one cell. The zero Value is missing: an empty cell, never -1 or 1970.
type Value struct {
	kind   kind
	text   string
	number float64 // for a moment: milliseconds since 1970
}

type kind uint8

const (
	missing kind = iota
	text
	number
	moment
)

// Text is a name or what a person typed; an empty text is missing. Only texts are guarded against
// being read as formulas; see appendText.
func Text(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: text, text: s}
}

// Number is a number, written in decimals with as many digits as it needs.
func Number[N ~int | ~int64 | ~uint64 | ~float64](n N) Value {
	return Value{kind: number, number: float64(n)}
}

// Flag is true or false.
func Flag(b bool) Value { return Value{kind: text, text: strconv.FormatBool(b)} }

// Moment is a time in UTC with milliseconds; the zero time is missing.
func Moment(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{kind: moment, number: float64(t.UnixMilli())}
}

// Millis is a duration in milliseconds, rounded to microseconds. 0 is missing, since everything that
// is measured takes some time.
func Millis(d time.Duration) Value {
	if d == 0 {
		return Value{}
	}
	return Number(float64(d.Round(time.Microsecond)) / float64(time.Millisecond))
}

// appendTo writes v as a CSV field.
func (v Value) appendTo(b []byte) []byte {
	switch v.kind {
	case text:
		return appendText(b, v.text)
	case number:
		return appendNumber(b, v.number)
	case moment:
		return appendMoment(b, time.UnixMilli(int64(v.number)).UTC())
	}
	return b
}

// appendNumber writes f. Most numbers are whole, and AppendInt is faster for these.
func appendNumber(b []byte, f float64) []byte {
	if n := int64(f); float64(n) == f {
		return strconv.AppendInt(b, n, 10)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// appendMoment writes 2006-01-02T15:04:05.000Z. Package time formats quickly only for the layout
// RFC3339, which has no fraction; so the milliseconds are added by hand.
func appendMoment(b []byte, t time.Time) []byte {
	b = t.AppendFormat(b, time.RFC3339)
	ms := t.Nanosecond() / int(time.Millisecond)
	return append(b[:len(b)-len("Z")], '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
}

// appendText writes s, quoted where RFC 4180 requires quotes. It puts an apostrophe before a text
// that a spreadsheet would read as a formula (CWE-1236): one that begins with = + - @, a tab, a
// carriage return or a NUL. Quotes do not prevent that.
func appendText(b []byte, s string) []byte {
	quote := false
	for i := range len(s) {
		if c := s[i]; c == ',' || c == '"' || c == '\n' || c == '\r' {
			quote = true
			break
		}
	}
	if quote {
		b = append(b, '"')
	}
	if s != "" {
		switch s[0] {
		case '=', '+', '-', '@', '\t', '\r', 0:
			b = append(b, '\'')
		}
	}
	for i := range len(s) {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	if quote {
		b = append(b, '"')
	}
	return b
}
