package document

import (
	"bytes"
	"encoding/json"
	"fmt"

	"vmstudy/study"
)

type access = study.Access

// accessCodec writes a level of the factor access method. One without options is a plain word.
var accessCodec = func() codec[access] {
	word := oneOf(words(study.AccessMethods()...)...)
	all := objectOf(append([]field[access]{
		in("name", func(a *access) *string { return &a.Name }, text[string](), "What the level is called in the data; if it is left out, it is called after its kind and strategy, as in stream-cluster."),
		must(in("kind", func(a *access) *study.AccessMethod { return &a.Method }, word,
			"vnc: the machine runs far away and its screen is sent. stream: it runs here and is streamed while it runs. local: everything is here.")),
	}, accessOptions...)...)
	return codec[access]{
		write: func(a access) node {
			if a.Plain() && a.Method.Valid() {
				return word.write(a.Method)
			}
			a.Name = a.Level()
			return all.write(a)
		},
		read: func(r *reader, at string, n node, into *access) {
			if n.kind == scalar {
				word.read(r, at, n, &into.Method)
				return
			}
			all.read(r, at, n, into)
			*into = into.Called(into.Name)
		},
		schema: func() schema { return schema{"anyOf": []schema{word.schema(), all.schema()}} },
	}
}()

// strategies and cache were fields of the design, for all its streams, before each level had options.
func strategiesField() field[design] {
	c := listOf(oneOf(words(study.Strategies()...)...), study.MaxLevels)
	return once(field[design]{name: "strategies", schema: c.schema, read: func(r *reader, at string, n node, into *design) {
		var strategies []study.Strategy
		c.read(r, at, n, &strategies)
		into.Methods = study.StreamedBy(into.Methods, strategies, false)
	}})
}

func cacheField() field[design] {
	return once(field[design]{name: "cache", schema: warmth.schema, read: func(r *reader, at string, n node, into *design) {
		warm := false
		warmth.read(r, at, n, &warm)
		into.Methods = study.StreamedBy(into.Methods, nil, warm)
	}})
}

// accessOptions are the options of a level of the factor access method. A new option is a new line here, and a field of
// study.Access; see there.
var accessOptions = []field[access]{
	in("strategy", func(a *access) *study.Strategy { return &a.Strategy }, oneOf(words(study.Strategies()...)...),
		"How a stream chooses what to bring before it is asked for; the best one if it is left out."),
	in("cache", func(a *access) *bool { return &a.Warm }, warmth,
		"How a stream begins. cold: with nothing. warm: with what the near end keeps of earlier ones."),
}

// WriteOptions returns the options of a level as a JSON object with the fields of a study file.
func WriteOptions(a study.Access) []byte { return emitJSON(nil, objectOf(accessOptions...).write(a)) }

// ReadOptions reads what WriteOptions has written into a level.
func ReadOptions(content []byte, into *study.Access) error {
	dec := json.NewDecoder(bytes.NewReader(content))
	dec.UseNumber()
	root, err := parseJSON(dec)
	if err != nil {
		return fmt.Errorf("read stored options of an access method: %w", err)
	}
	r := &reader{format: Format}
	objectOf(accessOptions...).read(r, "", root, into)
	if len(r.faults) > 0 {
		return fmt.Errorf("read stored options of an access method: %v", r.sorted())
	}
	return nil
}
