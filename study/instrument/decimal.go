package instrument

import (
	"strconv"
	"strings"
)

// A Decimal is a decimal number with at most six digits behind the point, stored in millionths. So 0.1 is exactly 0.1.
type Decimal int64

// One is the number 1.
const One Decimal = 1_000_000

// MaxDecimal is the greatest number that an instrument or an answer may have; -MaxDecimal is the least.
const MaxDecimal = 1_000_000_000 * One

const decimals = 6

// String writes d in the one way in which answers are stored: 4, -0.5.
func (d Decimal) String() string {
	sign, size := "", uint64(d)
	if d < 0 {
		sign, size = "-", -uint64(d)
	}
	whole, rest := size/uint64(One), size%uint64(One)
	if rest == 0 {
		return sign + strconv.FormatUint(whole, 10)
	}
	behind := strconv.FormatUint(rest+uint64(One), 10)[1:] // with the zeros before it
	return sign + strconv.FormatUint(whole, 10) + "." + strings.TrimRight(behind, "0")
}

// ParseDecimal reads digits with perhaps a minus before and a point among them. A number that is larger than
// MaxDecimal, or finer than a millionth, is none.
func ParseDecimal(text string) (Decimal, bool) {
	digits, negative := strings.CutPrefix(text, "-")
	before, behind, point := strings.Cut(digits, ".")
	if point && behind == "" || !areDigits(before) || !areDigits("0"+behind) {
		return 0, false
	}
	behind = strings.TrimRight(behind, "0")
	before = strings.TrimLeft(before, "0")
	if len(behind) > decimals || len(before) > 10 {
		return 0, false
	}
	v, err := strconv.ParseInt("0"+before+behind+strings.Repeat("0", decimals-len(behind)), 10, 64)
	if err != nil || Decimal(v) > MaxDecimal {
		return 0, false
	}
	if negative {
		v = -v
	}
	return Decimal(v), true
}

func areDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
