// Package document writes a study's design as one text that people can read, and reads it back.
//
// The text is what a study file contains, what a preregistration can quote, and what the hash of a
// published version covers. It is a small part of YAML 1.2: mappings, sequences, and scalars. [Write]
// spells each design in exactly one way, so two designs have the same text only if a participant would
// meet the same study. [Read] takes any YAML file with the same content, in any order of keys and any
// style, but no anchors, aliases or tags.
//
// # One table of fields
//
// What a design consists of stands in one place, the tables in design.go: each line names a field, says
// where it lies in study.Design, how its value is written, and what it means. The writer, the reader and
// the JSON Schema ([Schema]) work from these tables. A new field is a new line there.
//
// A field whose value is the zero value is left out, and a field that is left out has the zero value.
// So a field that is added later changes no text, and no hash, of a design that does not use it.
//
// An instrument is written in the same way, by the tables in instrument.go: [WriteInstrument],
// [ReadInstrument], [InstrumentSchema].
//
// # Units
//
// Names carry their units: rtt_ms, down_mbps, loss_percent, limit_s. Numbers are decimal and exact: 7.2
// means 7,200,000 bit/s and nothing near it. A number that is finer than what is stored (1 bit/s, 1 ns)
// is refused, not rounded.
//
// # Faults
//
// Read reports all faults at once, each with its place: a path such as networks[1].rtt_ms, and the line.
package document
