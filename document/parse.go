package document

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits of a text. They keep what a stranger sends from costing much.
const (
	MaxSize  = 1 << 20 // bytes
	maxNodes = 50_000
	maxDepth = 20
)

// parse reads a text as a tree of nodes.
func parse(text []byte, r *reader) (node, bool) {
	if len(text) > MaxSize {
		r.fault("", 0, "the file has %d bytes, and a study file at most %d", len(text), MaxSize)
		return node{}, false
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var root yaml.Node
	switch err := dec.Decode(&root); {
	case errors.Is(err, io.EOF):
		r.fault("", 0, "the file is empty")
		return node{}, false
	case err != nil:
		r.fault("", 0, "this is no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
		return node{}, false
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		r.fault("", 0, "the file has more than one document")
		return node{}, false
	}
	before := len(r.faults)
	b := builder{r: r}
	n := b.build(root.Content[0], "", 0)
	return n, len(r.faults) == before
}

// builder makes nodes of YAML's.
type builder struct {
	r     *reader
	nodes int
}

func (b *builder) build(y *yaml.Node, at string, depth int) node {
	if b.nodes++; b.nodes > maxNodes || depth > maxDepth {
		b.r.fault("", y.Line, "the file has more than %d values, or more than %d within each other", maxNodes, maxDepth)
		return node{}
	}
	n := node{line: y.Line}
	switch {
	case y.Kind == yaml.AliasNode || y.Anchor != "":
		b.r.fault(at, y.Line, "anchors and aliases (& and *) are not taken: write the value out")
	case y.Style&yaml.TaggedStyle != 0:
		b.r.fault(at, y.Line, "tags (%s) are not taken", y.Tag)
	case y.Kind == yaml.ScalarNode && y.Tag == "!!null" && y.Style == 0:
		// a key without a value is left out
	case y.Kind == yaml.ScalarNode:
		n.kind, n.text, n.quoted = scalar, y.Value, y.Style != 0
	case y.Kind == yaml.SequenceNode:
		n.kind = list
		for i, item := range y.Content {
			n.items = append(n.items, b.build(item, inList(at, i), depth+1))
		}
	case y.Kind == yaml.MappingNode:
		n.kind = object
		b.fields(&n, y, at, depth)
	}
	return n
}

func (b *builder) fields(n *node, y *yaml.Node, at string, depth int) {
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge":
			b.r.fault(at, key.Line, "a field must have a plain name")
			continue
		case n.value(key.Value).kind != absent:
			b.r.fault(inObject(at, key.Value), key.Line, "this field is there twice")
			continue
		}
		n.keys = append(n.keys, key.Value)
		n.values = append(n.values, b.build(y.Content[i+1], inObject(at, key.Value), depth+1))
	}
}
