package page

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParagraphs(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"nothing":                 {" \n ", nil},
		"one":                     {"One.\nStill one.", []string{"One.\nStill one."}},
		"two":                     {"One.\n\nTwo.", []string{"One.", "Two."}},
		"as browsers send them":   {"One.\r\n\r\nTwo.\r\nStill two.", []string{"One.", "Two.\nStill two."}},
		"with blanks in between":  {"One.\n \t\n\n\n  Two.\n", []string{"One.", "Two."}},
		"with space at both ends": {"\n\nOne.\n\n", []string{"One."}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Paragraphs(tt.text)); diff != "" {
				t.Errorf("paragraphs(%q) (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestDurationsInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Second:                           "1 second",
		90 * time.Second:                      "1 minute 30 seconds",
		2 * time.Minute:                       "2 minutes",
		time.Hour:                             "1 hour",
		2*time.Hour + 5*time.Minute:           "2 hours 5 minutes",
		59*time.Second + 600*time.Millisecond: "1 minute",
	} {
		if got := InWords(d); got != want {
			t.Errorf("InWords(%v) = %q, want %q", d, got, want)
		}
	}
}
