// Package questionnaire contains the questions that participants answer, checks the answers
// and computes scores from them.
//
// Questions are data: each instrument is one file under instruments/, built into the program.
// A published version of an instrument never changes, because answers to it are compared
// across years. To change a text, raise the version. A test compares the instruments with
// testdata/versions.txt.
package questionnaire

// A Kind says how an item is answered, and so how it is shown.
type Kind string

// The kinds of items. No answer is ever preselected: an item without a choice has no answer.
const (
	Choice Kind = "choice" // one of some named options
	Scale  Kind = "scale"  // one of a few numbered points whose ends have labels
	Ticks  Kind = "ticks"  // one of many marks on a line whose ends have labels; no number is shown
	Text   Kind = "text"   // free text
)

// An Instrument is a questionnaire: items shown together on one page.
type Instrument struct {
	ID       string
	Version  int // from 1; raise it with every change that a participant could notice
	Title    string
	Intro    string // shown above the items
	Source   string // where it comes from, for the codebook; not shown to participants
	Items    []Item // in the order in which they are shown
	Measures []Measure
}

// An Item is one question.
type Item struct {
	ID       string // unique within its instrument
	Title    string // a few words, for messages and column headings
	Text     string // the question
	Help     string // a longer explanation; may be empty
	Kind     Kind
	Options  []Option // the possible answers, in the order shown; none for Text
	Low      string   // label at the first option of a Scale or Ticks
	High     string   // label at the last option of a Scale or Ticks
	Limit    int      // for Text, the longest answer in characters
	Optional bool     // may be left without an answer
}

// An Option is one possible answer to an item.
type Option struct {
	Value  string // what is stored
	Label  string // what is shown; empty for Ticks, whose numbers participants do not see
	Spoken string // what a screen reader says, such as "mark 1 of 21, Very low"
}

// A Measure is a number computed from the answers: the mean of some items.
type Measure struct {
	ID      string
	Meaning string   // for the codebook, with range and direction
	Unit    string   // for the codebook
	Items   []string // IDs of the items, each of kind Scale or Ticks
}

// item returns the item with the given ID.
func (in Instrument) item(id string) (Item, bool) {
	for _, it := range in.Items {
		if it.ID == id {
			return it, true
		}
	}
	return Item{}, false
}

// offers reports whether value is one of the item's options.
func (it Item) offers(value string) bool {
	for _, o := range it.Options {
		if o.Value == value {
			return true
		}
	}
	return false
}
