package instrument

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Withheld is the answer of those who prefer not to answer.
const Withheld = "withheld"

// An Answer is what was answered to one question.
type Answer struct {
	Item  string // the ID of the question
	Value string
}

// Shown returns the items that are shown in a situation, given what the fields of the form contain. An item whose
// condition looks at an item that is not shown is not shown either.
func (in Instrument) Shown(given map[string][]string, s Situation) []Item {
	var shown []Item
	in.walk(given, s, func(it Item) { shown = append(shown, it) }, func(Item, string, sentence) {})
	return shown
}

// Given returns what the fields of a form contain to the questions of the instrument.
func (in Instrument) Given(form map[string][]string) map[string][]string {
	given := map[string][]string{}
	for _, q := range in.Questions() {
		if values := form[q.ID]; len(values) > 0 {
			given[q.ID] = values
		}
	}
	return given
}

// Take turns the fields of a form (ID of a question to what was given) into answers, in the order of the questions.
// An optional question that was left empty has no answer, and neither has one that is not shown. Fields that are no
// questions are ignored, since a form has other fields, too. If there are faults, there are no answers.
func (in Instrument) Take(given map[string][]string, s Situation) ([]Answer, []Fault) {
	var answers []Answer
	var faults []Fault
	in.walk(given, s, func(Item) {}, func(q Item, value string, wrong sentence) {
		switch {
		case value == "" && q.Optional && wrong.text == "":
		case value == "":
			faults = append(faults, wrongly(q.ID, say("Please answer this question.")))
		case wrong.text != "":
			faults = append(faults, wrongly(q.ID, wrong))
		default:
			answers = append(answers, Answer{Item: q.ID, Value: value})
		}
	})
	if len(faults) > 0 {
		return nil, faults
	}
	return answers, nil
}

// walk calls item with each item that is shown, and question with each of its questions, the answer to it, and what is wrong
// with that.
func (in Instrument) walk(given map[string][]string, s Situation, item func(Item), question func(q Item, value string, wrong sentence)) {
	answers := map[string]string{}
	for _, it := range in.Items {
		if !it.shown(s, answers) {
			continue
		}
		item(it)
		for _, q := range it.questions() {
			value := q.Clean(given[q.ID])
			var wrong sentence
			if value != "" {
				wrong = q.wrong(value)
			}
			if wrong.text == "" {
				answers[q.ID] = value
			}
			question(q, value, wrong)
		}
	}
}

// Clean returns what was given to an item as its answer is stored, if it is one: texts without the white space around them and with
// LF at line ends, numbers without superfluous digits, several choices in the order of the options.
func (it Item) Clean(given []string) string {
	given = slices.DeleteFunc(slices.Clone(given), func(s string) bool { return strings.TrimSpace(s) == "" })
	switch {
	case len(given) == 0:
		return ""
	case it.Declining && slices.Contains(given, Withheld):
		return Withheld // whatever else was given, they prefer not to answer
	case it.Kind == Choices:
		return it.inOrder(given)
	case len(given) > 1:
		return strings.Join(given, ",") // two answers, which are none
	case it.Written():
		text := strings.TrimSpace(WithLF(given[0])) // browsers send CR LF but count it as one character against maxlength
		if it.Kind == ShortText {
			text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
		}
		return text
	case it.Kind == Number || it.Kind == Analogue:
		text := strings.TrimSpace(given[0])
		if v, ok := ParseDecimal(strings.Replace(text, ",", ".", 1)); ok {
			return v.String()
		}
		return text
	}
	return given[0]
}

// inOrder joins the values of options in the order of the options; what is no option comes last.
func (it Item) inOrder(given []string) string {
	place := func(value string) int {
		if i := slices.IndexFunc(it.Options, func(o Option) bool { return o.Value == value }); i >= 0 {
			return i
		}
		return len(it.Options)
	}
	slices.SortStableFunc(given, func(a, b string) int { return place(a) - place(b) })
	return strings.Join(given, ",")
}

// wrong returns a sentence that says why a value that is not empty cannot be the answer to the item; the zero sentence if it can.
func (it Item) wrong(value string) sentence {
	switch {
	case it.Declining && value == Withheld:
		return sentence{}
	case it.Written() && !storable(value):
		return say("Please use plain text: some of these characters cannot be stored.")
	case it.Written() && utf8.RuneCountInString(value) > it.Limit:
		return say("Please shorten this to %d characters.", it.Limit)
	case it.Written():
		return sentence{}
	case it.Kind == Choices:
		return it.wrongChoices(strings.Split(value, ","))
	case it.Kind == Number:
		return it.wrongNumber(value)
	case it.Kind == Choice && it.offers(value), it.Numeric() && it.isPoint(value):
		return sentence{}
	}
	return say("Please choose one of the answers offered.")
}

// isPoint reports whether value is a number that lies on the item's scale or line.
func (it Item) isPoint(value string) bool {
	if len(it.Options) > 0 && it.Kind != Analogue {
		return it.offers(value)
	}
	v, ok := ParseDecimal(value)
	return ok && v.String() == value && v >= it.From && v <= it.To && (v-it.From)%it.step() == 0
}

func (it Item) wrongChoices(values []string) sentence {
	seen := map[string]bool{}
	alone := false
	for _, v := range values {
		o, offered := it.option(v)
		if !offered || seen[v] {
			return say("Please choose among the answers offered.")
		}
		seen[v] = true
		alone = alone || o.Exclusive
		if o.Exclusive && len(values) > 1 {
			return say("Please choose either “%s” or other answers.", o.Label.String())
		}
	}
	switch {
	case len(values) < it.Least && !alone:
		return say("Please choose at least %d answers.", it.Least)
	case it.Most > 0 && len(values) > it.Most:
		return say("Please choose at most %d answers.", it.Most)
	}
	return sentence{}
}

func (it Item) wrongNumber(value string) sentence {
	v, ok := ParseDecimal(value)
	switch from, to, bounded := it.Ends(); {
	case !ok:
		return say("Please write a number in digits.")
	case bounded && (v < from || v > to):
		return say("Please write a number from %s to %s.", from.String(), to.String())
	case it.Step == One && (v-from)%One != 0 && from%One == 0:
		return say("Please write a whole number.")
	case it.Step > 0 && (v-from)%it.Step != 0:
		return say("Please write a number in steps of %s.", it.Step.String())
	case v.String() != value:
		return say("Please write a number in digits.")
	}
	return sentence{}
}

// number returns an answer to a numeric item as a number. Whoever preferred not to answer has given none.
func (it Item) number(value string) (Decimal, bool) {
	if !it.Numeric() {
		return 0, false
	}
	return ParseDecimal(value)
}

// An Odd answer is one that this instrument does not allow: it comes from another version of the
// instrument, say, or was changed by hand.
type Odd struct {
	Answer
	Why string // a few words
}

// Part separates the answers on record that Scores accepts from those that it does not. If a question was answered
// twice, nobody knows which answer is right, so both are odd. An order that stands among the answers is neither.
func (in Instrument) Part(answers []Answer) (sound []Answer, odd []Odd) {
	times := map[string]int{}
	for _, a := range answers {
		times[a.Item]++
	}
	for _, a := range answers {
		q, known := in.Question(a.Item)
		switch {
		case a.Item == OrderItem:
		case !known:
			odd = append(odd, Odd{a, "there is no such question"})
		case times[a.Item] > 1:
			odd = append(odd, Odd{a, "the question was answered twice"})
		case a.Value == "" || q.wrong(a.Value).text != "":
			odd = append(odd, Odd{a, "that is not one of its answers"})
		default:
			sound = append(sound, a)
		}
	}
	return sound, odd
}
