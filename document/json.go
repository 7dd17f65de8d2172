package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"

	"vmstudy/study"
)

// WriteNetwork returns n as a JSON object with the fields of a study file.
func WriteNetwork(n study.Network) []byte {
	return emitJSON(nil, objectOf(networkFields...).write(n))
}

// ReadNetwork reads what WriteNetwork has written.
func ReadNetwork(content []byte) (study.Network, error) {
	dec := json.NewDecoder(bytes.NewReader(content))
	dec.UseNumber()
	root, err := parseJSON(dec)
	if err != nil {
		return study.Network{}, fmt.Errorf("read a stored network: %w", err)
	}
	r, n := &reader{format: Format}, study.Network{}
	objectOf(networkFields...).read(r, "", root, &n)
	if len(r.faults) > 0 {
		return study.Network{}, fmt.Errorf("read a stored network: %v", r.sorted())
	}
	return n, nil
}

// emitJSON appends n as JSON to b.
func emitJSON(b []byte, n node) []byte {
	switch {
	case n.kind == object:
		b = append(b, '{')
		for i, key := range n.keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(strconv.AppendQuote(b, key), ':') // names of fields are plain words
			b = emitJSON(b, n.values[i])
		}
		return append(b, '}')
	case n.kind == list:
		b = append(b, '[')
		for i, item := range n.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = emitJSON(b, item)
		}
		return append(b, ']')
	case !n.quoted && json.Valid([]byte(n.text)): // a number, true or false
		return append(b, n.text...)
	}
	quoted, _ := json.Marshal(n.text) // any string can be written
	return append(b, quoted...)
}

// parseJSON reads the next value.
func parseJSON(dec *json.Decoder) (node, error) {
	token, err := dec.Token()
	if err != nil {
		return node{}, err
	}
	n := node{}
	switch t := token.(type) {
	case json.Delim:
		if n.kind = list; t == '{' {
			n.kind = object
		}
		for dec.More() {
			if err := n.parseNext(dec); err != nil {
				return node{}, err
			}
		}
		_, err = dec.Token() // the end
	case string:
		n = quote(t)
	case json.Number:
		n = plain(t.String())
	case bool:
		n = plain(strconv.FormatBool(t))
	}
	return n, err
}

// parseNext reads the next item of a list, or the next field of an object.
func (n *node) parseNext(dec *json.Decoder) error {
	if n.kind == object {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		n.keys = append(n.keys, key.(string)) // a JSON decoder returns no other keys
	}
	v, err := parseJSON(dec)
	if n.kind == object {
		n.values = append(n.values, v)
	} else {
		n.items = append(n.items, v)
	}
	return err
}

// WriteJSON returns d as JSON. It has the fields of the text of d, and Read reads it, too, since JSON is YAML. The hash of a version is that of its
// text, and not of this.
func WriteJSON(d study.Design) []byte {
	var b []byte
	for _, r := range string(emitJSON(nil, fileCodec.write(file{Format: Format, Design: d}))) {
		if r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0xfeff || r == 0xfffe || r == 0xffff {
			b = fmt.Appendf(b, "\\u%04x", r) // JSON may have these as they are, YAML may not
			continue
		}
		b = utf8.AppendRune(b, r)
	}
	return append(b, '\n')
}
