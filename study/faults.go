package study

import (
	"fmt"
	"strconv"
	"strings"
)

// A Fault is one thing that keeps a design from being published.
type Fault struct {
	At  string // the path of the value as a study file names it, as in networks[1].rtt_ms; empty for the whole design
	Say string // a sentence for the person who lays out the study
}

// faults collects what is wrong with the parts of a design.
type faults struct {
	at  string // the path of the part that is looked at; empty for the design itself
	all *[]Fault
}

// unless notes a fault of the field at, unless ok, and returns ok. A field has one fault at most: the first one.
func (f faults) unless(ok bool, at, say string, args ...any) bool {
	if ok {
		return true
	}
	at = join(f.at, at)
	for _, other := range *f.all {
		if other.At == at {
			return false
		}
	}
	*f.all = append(*f.all, Fault{At: at, Say: fmt.Sprintf(say, args...)})
	return false
}

// within returns the collector for a part of the part: a field, or an item of a list as in networks[1].
func (f faults) within(at string) faults { return faults{join(f.at, at), f.all} }

func join(at, field string) string {
	if at == "" || field == "" {
		return at + field
	}
	return at + "." + field
}

// item is the path of the i-th item of a list.
func item(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// found returns what check finds.
func found(check func(faults)) []Fault {
	var all []Fault
	check(faults{all: &all})
	return all
}

// cutItem takes the first item of a list off the front of a path: networks[1].rtt_ms is item 1 of networks, and rtt_ms
// in it.
func cutItem(at, list string) (i int, rest string, ok bool) {
	number, rest, closed := strings.Cut(strings.TrimPrefix(at, list+"["), "]")
	i, err := strconv.Atoi(number)
	return i, strings.TrimPrefix(rest, "."), strings.HasPrefix(at, list+"[") && closed && err == nil && i >= 0
}

// tellPhase returns the sentence of a fault of a network, with the phase that it is about, if it is about one.
func tellPhase(f Fault) string {
	if i, _, ok := cutItem(f.At, "phases"); ok {
		return fmt.Sprintf("phase %d: %s", i+1, f.Say)
	}
	return f.Say
}
