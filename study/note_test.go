package study_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

func TestTagsAreReadAsPeopleWriteThem(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"nothing":                    {" , ", nil},
		"commas":                     {"lag,Hover", []string{"lag", "hover"}},
		"signs of number and spaces": {"#lag #waited twice", []string{"lag", "waited", "twice"}},
		"the same twice":             {"lag, LAG", []string{"lag"}},
		"two words that are one":     {"gave-up", []string{"gave-up"}},
		"letters of other alphabets": {"Zögern; 迷う", []string{"zögern", "迷う"}},
	} {
		if diff := cmp.Diff(test.want, study.ParseTags(test.text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestANoteHasWordsAndLimits(t *testing.T) {
	many := strings.Split("a b c d e f g h i j k", " ")
	for name, test := range map[string]struct {
		note  study.Note
		sound bool
	}{
		"a text":                  {study.Note{Text: "hesitates"}, true},
		"a text with tags":        {study.Note{Text: "hesitates", Tags: []string{"lag"}}, true},
		"white space only":        {study.Note{Text: " \n"}, false},
		"a text that is too long": {study.Note{Text: strings.Repeat("ä", study.NoteLimit+1)}, false},
		"the longest text":        {study.Note{Text: strings.Repeat("ä", study.NoteLimit)}, true},
		"too many tags":           {study.Note{Text: "x", Tags: many}, false},
		"a tag that is too long":  {study.Note{Text: "x", Tags: []string{strings.Repeat("t", study.TagLimit+1)}}, false},
	} {
		if err := test.note.Check(); (err == nil) != test.sound || err != nil && !errors.Is(err, study.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
