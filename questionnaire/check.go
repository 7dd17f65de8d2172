package questionnaire

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"vmstudy/study"
)

// A Fault says why the answer to one item cannot be accepted.
type Fault struct {
	Item string // ID of the item
	Say  string // a sentence for the person, to stand beside the item
}

// Faulty is the error of Check. It unwraps to a study.Refusal of kind study.ErrInvalid that
// names every faulty item. A page uses Faults to mark each of these items.
type Faulty struct {
	Faults  []Fault // in the order of the items; never empty
	refusal error
}

func (e *Faulty) Error() string { return e.refusal.Error() }
func (e *Faulty) Unwrap() error { return e.refusal }

// Check turns the fields of a form (item ID to value) into answers in the order of the
// items. An empty optional item yields no answer. Texts lose the white space around them, and
// their lines end in LF. Fields that are not items of the instrument are ignored, since a form
// has other fields, too. The error is a *Faulty.
func (in Instrument) Check(given map[string]string) ([]study.Answer, error) {
	var answers []study.Answer
	var faults []Fault
	var missing, impossible []string // titles
	for _, it := range in.Items {
		value := it.Clean(given[it.ID])
		say := it.fault(value)
		switch {
		case value == "" && it.Optional:
			continue
		case say == "":
			answers = append(answers, study.Answer{Item: it.ID, Value: value})
			continue
		case value == "":
			missing = append(missing, "“"+it.Title+"”")
		default:
			impossible = append(impossible, "“"+it.Title+"”")
		}
		faults = append(faults, Fault{Item: it.ID, Say: say})
	}
	if len(faults) > 0 {
		return nil, &Faulty{Faults: faults, refusal: study.Refuse(study.ErrInvalid, "%s", refusalSentence(missing, impossible))}
	}
	return answers, nil
}

// Clean returns the value of a form field for the item as Check compares and stores it.
func (it Item) Clean(value string) string {
	if it.Kind != Text {
		return value
	}
	return strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n")) // browsers send CR LF but count it as one character against maxlength
}

// fault returns a sentence that says why value cannot be the answer to the item, or "" if it can.
func (it Item) fault(value string) string {
	switch {
	case value == "":
		return "Please answer this question."
	case it.Kind != Text && !it.offers(value):
		return "Please choose one of the answers offered."
	case it.Kind == Text && !utf8.ValidString(value):
		return "Please use plain text: some of these characters cannot be stored."
	case it.Kind == Text && strings.ContainsRune(value, 0): // Postgres stores no NUL in text
		return "Please use plain text: some of these characters cannot be stored."
	case it.Kind == Text && utf8.RuneCountInString(value) > it.Limit:
		return fmt.Sprintf("Please shorten this to %d characters.", it.Limit)
	}
	return ""
}

func refusalSentence(missing, impossible []string) string {
	var sentences []string
	if len(missing) > 0 {
		sentences = append(sentences, "Please answer "+listing(missing)+".")
	}
	if len(impossible) > 0 {
		sentences = append(sentences, "Please correct "+listing(impossible)+".")
	}
	return strings.Join(sentences, " ")
}

// listing joins words as in "a, b and c".
func listing(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
