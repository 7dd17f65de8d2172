package analysis

import (
	"strconv"
	"time"
)

// A Column of a file explains itself: the header and the codebook are made from it, so that
// neither can say anything else than what is written.
type Column[Row any] struct {
	Name    string // snake_case, ends in its unit where it has one
	Unit    string // as in "ms"; empty for texts and counts
	Meaning string // a sentence for someone who has only the file
	Get     func(Row) Value
}

// A Value is one cell. The zero Value is a missing one: an empty cell, never -1 or 1970.
type Value struct {
	kind   kind
	text   string
	number float64 // of a moment, milliseconds since 1970
}

type kind uint8

const (
	missing kind = iota
	text         // guarded against being taken for a formula
	number
	moment
)

// Text is what someone typed or a name: the only kind of cell that is guarded, see guard.
func Text(s string) Value {
	if s == "" {
		return Value{}
	}
	return Value{kind: text, text: s}
}

// Number is a number, written with as many digits as it needs and a point.
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

// Millis is a duration in milliseconds with microsecond digits; 0 is missing, since nothing
// that is measured here takes no time at all.
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

// appendNumber takes the short way for whole numbers, which most are.
func appendNumber(b []byte, f float64) []byte {
	if n := int64(f); float64(n) == f {
		return strconv.AppendInt(b, n, 10)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// appendMoment writes 2006-01-02T15:04:05.000Z. Package time is quick at RFC 3339 alone, and
// that has no layout with exactly three digits.
func appendMoment(b []byte, t time.Time) []byte {
	b = t.AppendFormat(b, time.RFC3339)
	ms := t.Nanosecond() / int(time.Millisecond)
	return append(b[:len(b)-len("Z")], '.', byte('0'+ms/100), byte('0'+ms/10%10), byte('0'+ms%10), 'Z')
}

// appendText quotes s where RFC 4180 asks for it, and puts an apostrophe before a text that a
// spreadsheet would take for a formula (CWE-1236): one that begins with = + - @, a tab, a
// carriage return or a NUL. Quoting alone does not help against that.
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
