package document

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Fault is one thing that keeps a text from being a design.
type Fault struct {
	At   string // the path of the value, as in networks[1].rtt_ms; empty for the whole text
	Line int    // of the text, counted from 1; 0 if there is none
	Say  string // a sentence for the person who wrote the text
}

func (f Fault) String() string {
	var b strings.Builder
	if f.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", f.Line)
	}
	if f.At != "" {
		b.WriteString(f.At + ": ")
	}
	return b.String() + f.Say
}

// mostFaults are told at once.
const mostFaults = 100

// reader collects faults while a tree is read.
type reader struct {
	format int // of the text
	faults []Fault
	seen   map[string]bool // places that have a fault
}

func (r *reader) fault(at string, line int, say string, args ...any) {
	if r.seen[at] || len(r.faults) >= mostFaults {
		return // the first thing that is said of a place is the one to mend first
	}
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	r.seen[at] = true
	r.faults = append(r.faults, Fault{At: at, Line: line, Say: fmt.Sprintf(say, args...)})
}

// sorted returns the faults in the order of their lines.
func (r *reader) sorted() []Fault {
	slices.SortStableFunc(r.faults, func(a, b Fault) int { return cmp.Compare(a.Line, b.Line) })
	return r.faults
}

func inObject(at, key string) string {
	if at == "" {
		return key
	}
	return at + "." + key
}

func inList(at string, i int) string { return at + "[" + strconv.Itoa(i) + "]" }
