package document

import (
	"strconv"
	"strings"
)

// A node is a value of a document: a scalar, a list, or an object. The zero node is an object field that
// is left out.
type node struct {
	kind   kind
	text   string // of a scalar
	quoted bool   // the scalar is a string, whatever it looks like
	items  []node // of a list
	keys   []string
	values []node // of an object, one for each key
	line   int    // in the text that was read, counted from 1; 0 if there is none
}

type kind uint8

const (
	absent kind = iota
	scalar
	list
	object
)

// what names the kind in a sentence for people.
func (k kind) what() string {
	return [...]string{"nothing", "a single value", "a list", "a group of fields"}[k]
}

// plain returns a scalar that is written as it is: a number, a word.
func plain(text string) node { return node{kind: scalar, text: text} }

// quote returns a scalar that is written as a string.
func quote(text string) node { return node{kind: scalar, text: text, quoted: true} }

// value returns the value of a key, and the zero node if there is none.
func (n node) value(key string) node {
	for i, k := range n.keys {
		if k == key {
			return n.values[i]
		}
	}
	return node{}
}

// at returns the value with a path such as networks[1].rtt_ms, or the nearest value around it that there is.
func (n node) at(path string) node {
	for path != "" {
		step, rest, _ := strings.Cut(path, ".")
		name, index, indexed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		next := n.value(name)
		if i, err := strconv.Atoi(index); indexed && err == nil && i >= 0 && i < len(next.items) {
			next = next.items[i]
		}
		if next.kind == absent {
			return n
		}
		n, path = next, rest
	}
	return n
}
