package instrument

import (
	"fmt"
	"strconv"
)

// A Fault is one thing that is wrong with an instrument, or with an answer.
type Fault struct {
	At  string // of an instrument, a path such as items[2].options[0].value; of an answer, the ID of the question
	Say string // a sentence for a person

	Text   string // of an answer: what Say was made from, with places for Values, as fmt has them
	Values []any
}

// wrongly returns a fault of an answer.
func wrongly(question string, s sentence) Fault {
	return Fault{At: question, Say: fmt.Sprintf(s.text, s.values...), Text: s.text, Values: s.values}
}

// A sentence says something with values in its places. The zero sentence says nothing.
type sentence struct {
	text   string
	values []any
}

func say(text string, values ...any) sentence { return sentence{text, values} }

func (f Fault) String() string { return f.At + ": " + f.Say }

// mostFaults are told at once.
const mostFaults = 100

// checker collects faults.
type checker struct {
	faults []Fault
	seen   map[string]bool // places that have a fault
}

// fault notes a fault, unless the place has one already: the first thing that is said of a place is the one to mend first.
func (c *checker) fault(at, say string, args ...any) {
	if c.seen[at] || len(c.faults) >= mostFaults {
		return
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	c.seen[at] = true
	c.faults = append(c.faults, Fault{At: at, Say: fmt.Sprintf(say, args...)})
}

func inList(at string, i int) string { return at + "[" + strconv.Itoa(i) + "]" }

// shortened is text as it can stand in a sentence.
func shortened(text string) string {
	const most = 40
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
