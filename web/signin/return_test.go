package signin

import (
	"testing"
)

func TestOnlyPagesOfTheLabAreReturnedTo(t *testing.T) {
	for to, want := range map[string]string{
		"/lab/studies/3?saved":      "/lab/studies/3?saved",
		"/lab":                      "/lab",
		"":                          "/lab",
		"/":                         "/lab",
		"/laboratory":               "/lab",
		"//evil.example/lab":        "/lab",
		"https://evil.example/lab/": "/lab",
		"/\\evil.example":           "/lab",
		"lab/../..":                 "/lab",
		"/lab/%zz":                  "/lab",
	} {
		if got := safeReturn(to); got != want {
			t.Errorf("safeReturn(%q) = %q, want %q", to, got, want)
		}
	}
}
