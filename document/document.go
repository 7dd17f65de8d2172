package document

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"vmstudy/study"
)

// Write returns the text of d. Read returns d again, whatever d is, as long as its texts are UTF-8 without NUL.
func Write(d study.Design) string { return emit(fileCodec.write(file{Format: Format, Design: d})) }

// Hash returns the hash of the text of d.
func Hash(d study.Design) string { return HashOf(Write(d)) }

// HashOf returns the SHA-256 of a text, in hexadecimal.
func HashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Read reads a design from a text. It returns every fault of the text at once, in the order of their lines. Whether a
// study could be done with the design is not looked at; see Check.
func Read(content []byte) (study.Design, []Fault) {
	d, _, faults := read(content)
	return d, faults
}

// Check reads a design from a text and returns everything that keeps it from being published: the faults of the text, or
// if there are none, those of the design, each with the line that it is about.
func Check(content []byte) (study.Design, []Fault) {
	d, root, faults := read(content)
	for _, f := range d.Faults() {
		if root.kind != absent {
			faults = append(faults, Fault{At: f.At, Line: root.at(f.At).line, Say: f.Say})
		}
	}
	r := &reader{faults: faults}
	return d, r.sorted()
}

// read returns the zero node where the text has faults.
func read(content []byte) (study.Design, node, []Fault) {
	r := &reader{}
	root, ok := parse(content, r)
	if !ok {
		return study.Design{}, node{}, r.sorted()
	}
	if r.format = formatOf(r, root); r.format == 0 {
		return study.Design{}, node{}, r.sorted()
	}
	var f file
	fileCodec.read(r, "", root, &f)
	if len(r.faults) > 0 {
		return study.Design{}, node{}, r.sorted()
	}
	return f.Design.Settled(), root, nil
}

// formatOf returns the number of a text's format, or 0 if the text cannot be read by this program. A text without one is
// read as if it had the newest, so that its other faults are told at once.
func formatOf(r *reader, root node) int {
	n := root.value("format")
	format, err := strconv.Atoi(n.text)
	switch {
	case root.kind == object && n.kind == absent:
		r.fault("format", root.line, "the number of the format is needed: %d", Format)
	case n.kind == scalar && err == nil && (format < oldestFormat || format > Format):
		r.fault("format", n.line, "this is a study file of format %s, and only formats %d to %d can be read here", shortened(n.text), oldestFormat, Format)
		return 0
	case n.kind == scalar && err == nil:
		return format
	}
	return Format
}

// Schema returns the JSON Schema (draft 2020-12) of the text, with which editors complete and check a study file.
func Schema() []byte {
	s := fileCodec.schema()
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "A study of vmstudy"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // maps of strings
	}
	return append(b, '\n')
}
