package study

import "fmt"

// Count writes a number and a noun, with a plural s if needed: "1 page", "2 pages".
func Count[N ~int | ~int64](n N, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
