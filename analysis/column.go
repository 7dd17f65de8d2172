package analysis

import (
	"math"
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

// A Value is the content of one cell. Four things that have no number look different, so that nobody takes one for another,
// and base R, pandas and spreadsheets read each of them as what it is:
//
//   - The zero Value is an empty cell: there was nothing to record in this row.
//   - Unknown is NA: there was something, and it is not known.
//   - Unlimited is Inf.
//   - None of something is 0.
type Value struct {
	kind   kind
	text   string
	number float64 // for a moment: milliseconds since 1970
}

type kind uint8

const (
	nothing kind = iota
	unknown
	text
	flag
	number
	moment
)

var (
	Unknown   = Value{kind: unknown}
	Unlimited = Value{kind: number, number: math.Inf(1)}
)

// or returns v, or other if v is an empty cell.
func (v Value) or(other Value) Value {
	if v == (Value{}) {
		return other
	}
	return v
}

// Text is a name or what a person typed; an empty text is an empty cell. Only texts are guarded against
// being read as something else; see appendText.
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

// Flag is TRUE or FALSE. Base R takes true for a text.
func Flag(b bool) Value {
	if b {
		return Value{kind: flag, text: "TRUE"}
	}
	return Value{kind: flag, text: "FALSE"}
}

// Seed is a number of 64 bits, as in seed:18446744073709551615. The word before it makes it a text everywhere: quotes do not keep
// R and spreadsheets from reading digits as a number, of which they then keep 15 or 16.
func Seed(n uint64) Value { return Text("seed:" + strconv.FormatUint(n, 10)) }

// Moment is a time in UTC with milliseconds; the zero time is an empty cell.
func Moment(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{kind: moment, number: float64(t.UnixMilli())}
}

// Millis is a duration in milliseconds, rounded to microseconds. 0 is an empty cell, since everything that
// is measured takes some time.
func Millis(d time.Duration) Value {
	if d == 0 {
		return Value{}
	}
	return Number(inMillis(d))
}

// inMillis returns d in milliseconds, rounded to microseconds.
func inMillis(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}

// appendTo writes v as a CSV field.
func (v Value) appendTo(b []byte) []byte {
	switch v.kind {
	case unknown:
		return append(b, "NA"...)
	case flag:
		return append(b, v.text...)
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
	if math.IsInf(f, 1) {
		return append(b, "Inf"...)
	}
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
// carriage return or a NUL. Quotes do not prevent that. Nor do they prevent R and pandas from taking a word such as NA for a
// value that is not known, so such a word gets one, too.
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
		default:
			if meansUnknown(s) {
				b = append(b, '\'')
			}
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

// meansUnknown reports whether base R or pandas take s for a value that is not known, by their defaults.
func meansUnknown(s string) bool {
	switch s {
	case "NA", "N/A", "n/a", "<NA>", "NaN", "nan", "NULL", "null", "None", "#N/A", "#NA", "1.#IND", "1.#QNAN":
		return true // those that begin with - or = have an apostrophe already
	}
	return false
}
