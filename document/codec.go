package document

import (
	"slices"
	"strings"
)

// A codec writes values of one type as nodes, reads them back, and describes them.
type codec[T any] struct {
	write func(T) node
	// read puts the value of n, which is not absent, into *into, or reports a fault.
	read func(r *reader, at string, n node, into *T)
	// schema describes the value in JSON Schema.
	schema func() schema
}

// schema is a JSON Schema, or a part of one.
type schema map[string]any

// field is a field of an object of type T.
type field[T any] struct {
	name   string
	about  string       // what it means, for the schema and the codebook
	needed bool         // no study can be done without it
	write  func(T) node // leaves the zero value out
	whole  func(T) node // writes the zero value, too
	old    bool         // the field is read, and never written any more
	read   func(r *reader, at string, n node, into *T)
	schema func() schema
}

// in returns the field of T that place points to, written by c. It is left out where it has the zero value.
func in[T any, V comparable](name string, place func(*T) *V, c codec[V], about string) field[T] {
	var zero V
	return fieldOf(name, place, c, func(v V) bool { return v == zero }, about)
}

// all returns a field that is a list of T. It is left out where it is empty.
func all[T, V any](name string, place func(*T) *[]V, c codec[V], most int, about string) field[T] {
	return fieldOf(name, place, listOf(c, most), func(v []V) bool { return len(v) == 0 }, about)
}

func fieldOf[T, V any](name string, place func(*T) *V, c codec[V], isZero func(V) bool, about string) field[T] {
	return field[T]{
		name: name, about: about, schema: c.schema,
		write: func(t T) node {
			if v := *place(&t); !isZero(v) {
				return c.write(v)
			}
			return node{}
		},
		whole: func(t T) node { return c.write(*place(&t)) },
		read:  func(r *reader, at string, n node, into *T) { c.read(r, at, n, place(into)) },
	}
}

// must returns f as a field that the schema demands. A text without it can be read: a draft may be half done, and
// study.Design.Faults says what it lacks.
func must[T any](f field[T]) field[T] {
	f.needed = true
	return f
}

// once returns f as a field that texts of an older format have.
func once[T any](f field[T]) field[T] {
	f.old, f.write = true, func(T) node { return node{} }
	return f
}

// objectOf returns a codec for a T that consists of fields.
func objectOf[T any](fields ...field[T]) codec[T] {
	return codec[T]{
		write: func(t T) node {
			n := node{kind: object}
			for _, f := range fields {
				if v := f.write(t); v.kind != absent {
					n.keys, n.values = append(n.keys, f.name), append(n.values, v)
				}
			}
			return n
		},
		read: func(r *reader, at string, n node, into *T) {
			if n.kind != object {
				r.fault(at, n.line, "a group of fields is wanted here, and this is %s", n.kind.what())
				return
			}
			readFields(r, at, n, into, fields)
		},
		schema: func() schema { return objectSchema(fields) },
	}
}

// readFields reads the fields in the order of their table, so that a later one may build on an earlier one.
func readFields[T any](r *reader, at string, n node, into *T, fields []field[T]) {
	for _, f := range fields {
		if v := n.value(f.name); v.kind != absent {
			f.read(r, inObject(at, f.name), v, into)
		}
	}
	for i, key := range n.keys {
		if !slices.ContainsFunc(fields, func(f field[T]) bool { return f.name == key }) {
			r.fault(inObject(at, key), n.values[i].line, "nobody knows this field; there are %s", strings.Join(namesOf(fields), ", "))
		}
	}
}

// namesOf returns the names of the fields that a text should have.
func namesOf[T any](fields []field[T]) (names []string) {
	for _, f := range fields {
		if !f.old {
			names = append(names, f.name)
		}
	}
	return names
}

func objectSchema[T any](fields []field[T]) schema {
	properties, needed := schema{}, []string{}
	for _, f := range fields {
		if f.old {
			continue
		}
		s := f.schema()
		s["description"] = f.about
		properties[f.name] = s
		if f.needed {
			needed = append(needed, f.name)
		}
	}
	s := schema{"type": "object", "properties": properties, "additionalProperties": false}
	if len(needed) > 0 {
		s["required"] = needed
	}
	return s
}

// listOf returns a codec for a list of at most so many values.
func listOf[V any](c codec[V], most int) codec[[]V] {
	return codec[[]V]{
		write: func(all []V) node {
			n := node{kind: list}
			for _, v := range all {
				n.items = append(n.items, c.write(v))
			}
			return n
		},
		read: func(r *reader, at string, n node, into *[]V) {
			switch {
			case n.kind != list:
				r.fault(at, n.line, "a list is wanted here, and this is %s", n.kind.what())
				return
			case len(n.items) > most:
				r.fault(at, n.line, "%d are more than %d", len(n.items), most)
				return
			}
			for i, item := range n.items {
				var v V
				if item.kind == absent {
					r.fault(inList(at, i), n.line, "this has no value")
					continue
				}
				c.read(r, inList(at, i), item, &v)
				*into = append(*into, v)
			}
		},
		schema: func() schema { return schema{"type": "array", "items": c.schema(), "maxItems": most} },
	}
}

// perhaps returns a field that may be there: a pointer, nil where it is not.
func perhaps[T, V any](name string, place func(*T) **V, c codec[V], about string) field[T] {
	return field[T]{
		name: name, about: about, schema: c.schema,
		write: func(t T) node {
			if v := *place(&t); v != nil {
				return c.write(*v)
			}
			return node{}
		},
		read: func(r *reader, at string, n node, into *T) {
			v := new(V)
			c.read(r, at, n, v)
			*place(into) = v
		},
	}
}
