// Package questionnaire is the library of instruments that come with the program: published
// questionnaires with their sources and scoring, and some of our own.
//
// Each version of an instrument is one file, instruments/ID-VERSION.yaml, in the format of package document. A version that
// has been published never changes, because answers to it are compared across years. To change a text, add
// a file with the next version; the old ones stay, so that answers to them can still be read and scored. A test compares the
// files with testdata/versions.txt.
package questionnaire

import (
	"cmp"
	"embed"
	"fmt"
	"slices"
	"sync"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

//go:embed instruments/*.yaml
var files embed.FS

// library reads the embedded files once, by ID and then version. It panics on a faulty file: that is a bug in the
// program, which its tests find and no caller could handle.
var library = sync.OnceValue(func() []instrument.Instrument {
	entries, err := files.ReadDir("instruments")
	if err != nil {
		panic(err)
	}
	var all []instrument.Instrument
	for _, e := range entries {
		data, err := files.ReadFile("instruments/" + e.Name())
		if err != nil {
			panic(err)
		}
		in, faults := document.ReadInstrument(data)
		if len(faults) > 0 {
			panic(fmt.Sprintf("%s: %v", e.Name(), faults))
		}
		all = append(all, in)
	}
	slices.SortFunc(all, func(a, b instrument.Instrument) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Version, b.Version))
	})
	return all
})

// All returns the newest version of each instrument, in the order of their IDs. Callers share the items and must not
// change them.
func All() []instrument.Instrument {
	var newest []instrument.Instrument
	for _, in := range library() {
		if n := len(newest); n > 0 && newest[n-1].ID == in.ID {
			newest = newest[:n-1]
		}
		newest = append(newest, in)
	}
	return newest
}

// Find returns one version of an instrument, or study.ErrNotFound.
func Find(id string, version int) (instrument.Instrument, error) {
	for _, in := range library() {
		if in.ID == id && in.Version == version {
			return in, nil
		}
	}
	return instrument.Instrument{}, fmt.Errorf("instrument %q, version %d: %w", id, version, study.ErrNotFound)
}

// Named returns what a design means that names its instruments only: the first version of each, for ever. For when
// such a design was published, there may have been no other.
func Named() []instrument.Instrument {
	var first []instrument.Instrument
	for _, in := range library() {
		if in.Version == 1 {
			first = append(first, in)
		}
	}
	return first
}

// Of returns an instrument as a design asks it: in the words of the design, or as Named has it. It returns study.ErrNotFound
// if there is none.
func Of(d study.Design, id string) (instrument.Instrument, error) {
	if in, own := d.Questionnaire(id); own {
		return in, nil
	}
	in, err := Find(id, 1)
	if err != nil {
		return instrument.Instrument{}, err
	}
	d.Questionnaires = []instrument.Instrument{spoken(in, original, d.Spoken())}
	return d.Settled().Questionnaires[0], nil
}

// Complete returns d with the words of all that it asks, in its languages as far as the library has them. What an earlier
// draft asks already keeps its words; the rest is the newest of the library. Words for what d does not ask are gone if they
// are the library's.
func Complete(d, earlier study.Design) study.Design {
	d.Questionnaires = slices.DeleteFunc(slices.Clone(earlier.Questionnaires), func(in instrument.Instrument) bool {
		return !slices.Contains(d.Asked(), in.ID) && isOurs(in, earlier)
	})
	for i, in := range d.Questionnaires {
		d.Questionnaires[i] = spoken(in, earlier.Written(), d.Spoken())
	}
	for _, in := range All() {
		if _, has := d.Questionnaire(in.ID); has || !slices.Contains(d.Asked(), in.ID) {
			continue
		}
		if slices.Contains(earlier.Asked(), in.ID) {
			in, _ = Find(in.ID, 1) // every instrument has a first version
		}
		d.Questionnaires = append(d.Questionnaires, spoken(in, original, d.Spoken()))
	}
	if len(d.Questionnaires) == 0 {
		d.Questionnaires = nil
	}
	return d.Settled()
}

// Worded returns d with the words of all that it asks, as it is published. An instrument that d only names means what Named says.
func Worded(d study.Design) study.Design { return Complete(d, d) }

// Faults returns what keeps d from being published once it has the words of all that it asks. Some of it only shows then: that there is no such
// instrument, and that a measure reads another one which is not asked.
func Faults(d study.Design) []study.Fault {
	d = Worded(d)
	return append(d.Faults(), d.Wordless()...)
}

// isOurs reports whether the words that d has for an instrument are the library's.
func isOurs(in instrument.Instrument, d study.Design) bool {
	ours, err := Find(in.ID, in.Version)
	if err != nil {
		return false
	}
	d.Questionnaires = []instrument.Instrument{spoken(ours, original, d.Spoken())}
	return document.WriteInstrument(d.Settled().Questionnaires[0]) == document.WriteInstrument(in)
}
