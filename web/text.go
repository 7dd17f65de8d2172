package web

import (
	"strings"
	"time"
	"unicode/utf8"
)

// storable reports whether the database can store s: valid UTF-8 without NUL.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
