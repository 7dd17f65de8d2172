package questionnaire

import (
	"embed"
	"fmt"
	"slices"
	"sync"

	"vmstudy/study"
)

//go:embed instruments/*.yaml
var files embed.FS

// library parses the embedded files once. It panics on a malformed file: that is a bug in the
// program, which its tests find and no caller could handle.
var library = sync.OnceValue(func() []Instrument {
	entries, err := files.ReadDir("instruments")
	if err != nil {
		panic(err)
	}
	var all []Instrument
	for _, e := range entries {
		data, err := files.ReadFile("instruments/" + e.Name())
		if err != nil {
			panic(err)
		}
		in, err := Parse(data)
		if err != nil {
			panic(err)
		}
		all = append(all, in)
	}
	return all
})

// All returns the instruments that come with the program, in the order of their IDs. Callers
// share the items and must not change them.
func All() []Instrument { return slices.Clone(library()) }

// Lookup returns the instrument with the given ID, or study.ErrNotFound.
func Lookup(id string) (Instrument, error) {
	for _, in := range library() {
		if in.ID == id {
			return in, nil
		}
	}
	return Instrument{}, fmt.Errorf("instrument %q: %w", id, study.ErrNotFound)
}
