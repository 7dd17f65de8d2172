package analysis

import (
	"bytes"
	"encoding/csv"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestCellsAreWrittenForProgramsAndSafeForSpreadsheets(t *testing.T) {
	tests := map[string]struct {
		value Value
		want  string
	}{
		"a word":                           {Text("vnc"), "vnc"},
		"nothing":                          {Text(""), ""},
		"a comma":                          {Text("a,b"), `"a,b"`},
		"quotes":                           {Text(`say "so"`), `"say ""so"""`},
		"two lines":                        {Text("a\nb"), "\"a\nb\""},
		"a formula":                        {Text("=1+2"), "'=1+2"},
		"a formula with a comma":           {Text("=SUM(A1,A2)"), `"'=SUM(A1,A2)"`},
		"a command":                        {Text("@cmd"), "'@cmd"},
		"a tab first":                      {Text("\t=1"), "'\t=1"},
		"a text that looks negative":       {Text("-3"), "'-3"},
		"a number that is negative":        {Number(-3), "-3"},
		"an answer that is a number":       {answer("-3"), "-3"},
		"an answer that only looks like 1": {answer("+1"), "'+1"},
		"a whole number":                   {Number(int64(1 << 40)), "1099511627776"},
		"a fraction":                       {Number(0.25), "0.25"},
		"a duration":                       {Millis(1500 * time.Microsecond), "1.5"},
		"no duration":                      {Millis(0), ""},
		"a moment":                         {Moment(time.Date(2026, 1, 2, 3, 4, 5, 6e6, time.FixedZone("", 3600))), "2026-01-02T02:04:05.006Z"},
		"no moment":                        {Moment(time.Time{}), ""},
		"true":                             {Flag(true), "TRUE"},
		"false":                            {Flag(false), "FALSE"},
		"what is not known":                {Unknown, "NA"},
		"a text that is NA":                {Text("NA"), "'NA"},
		"an answer that is None":           {answer("None"), "'None"},
		"an answer that is NaN":            {answer("NaN"), "'NaN"},
		"an answer that is an infinity":    {answer("+Inf"), "'+Inf"},
		"unlimited":                        {Unlimited, "Inf"},
		"none":                             {Number(0), "0"},
		"the largest seed":                 {Seed(math.MaxUint64), "seed:18446744073709551615"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := string(tt.value.appendTo(nil)); got != tt.want {
				t.Errorf("wrote %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAnyTextComesBackFromACSVReader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		line := append(appendText(nil, s), ",x\n"...)
		rows, err := csv.NewReader(bytes.NewReader(line)).ReadAll()
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		want := strings.ReplaceAll(s, "\r\n", "\n") // csv.Reader does this inside quotes, too
		if got := strings.TrimPrefix(rows[0][0], "'"); got != want && rows[0][0] != want {
			t.Fatalf("wrote %q, read %q, want %q", line, rows[0][0], want)
		}
		if s != "" && strings.ContainsRune("=+-@\t\r\x00", rune(s[0])) && rows[0][0][0] != '\'' {
			t.Fatalf("%q is not guarded", s)
		}
	})
}
