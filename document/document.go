package document

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"vmstudy/study"
)

// Write returns the text of d. Read returns d again, whatever d is, as long as its texts are UTF-8 without NUL.
func Write(d study.Design) string { return emit(fileCodec.write(file{Format: Format, Design: d})) }

// Hash returns the SHA-256 of the text of d, in hexadecimal.
func Hash(d study.Design) string {
	sum := sha256.Sum256([]byte(Write(d)))
	return hex.EncodeToString(sum[:])
}

// Read reads a design from a text. It returns every fault of the text at once, in the order of their lines. Whether a
// study could be done with the design is not looked at: see study.Design.Validate.
func Read(content []byte) (study.Design, []Fault) {
	r := &reader{}
	root, ok := parse(content, r)
	if !ok {
		return study.Design{}, r.sorted()
	}
	var f file
	if n := root.value("format"); n.kind == scalar && n.text != "2" {
		r.fault("format", n.line, "this is a study file of format %s, and only format %d can be read here", shortened(n.text), Format)
		return study.Design{}, r.sorted()
	}
	fileCodec.read(r, "", root, &f)
	if len(r.faults) > 0 {
		return study.Design{}, r.sorted()
	}
	return f.Design, nil
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
