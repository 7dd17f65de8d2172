package questionnaire

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"vmstudy/study"
)

// A Fault is why the answer to one item cannot be taken.
type Fault struct {
	Item string // ID of the item
	Say  string // a sentence for the person, to stand beside the item
}

// Faulty is the error of Check. It unwraps to a study.Refusal of kind study.ErrInvalid whose
// sentence names every faulty item; Faults lets a page mark each of them.
type Faulty struct {
	Faults  []Fault // in the order of the items; never empty
	refusal error
}

func (e *Faulty) Error() string { return e.refusal.Error() }
func (e *Faulty) Unwrap() error { return e.refusal }

// Check turns the fields of a form (item ID to value) into answers in the order of the
// items. Optional items that were left empty yield no answer; white space around a text is
// dropped and its lines end in LF; fields that are no item of the instrument are ignored,
// since a form carries others too. The error is a *Faulty.
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

// Clean returns what a form gave for it in the form in which Check takes and keeps it.
func (it Item) Clean(value string) string {
	if it.Kind != Text {
		return value
	}
	return strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n")) // browsers send CR LF but count it as one character
}

// fault returns the sentence that says why value cannot be the answer to it, or "".
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
