package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Bench measures one part of the program.
type Bench struct {
	Name     string // as on the command line
	Sections []Section
}

// A Section measures one thing.
type Section struct {
	Name    string // a short word, as in rtt
	About   string // what it measures, for the progress line
	Long    bool   // a quick bench leaves it out, unless it is asked for by name
	Measure func(ctx context.Context, s Setting) ([]Row, error)
}

// Setting is how a section should measure.
type Setting struct {
	Quick bool                  // take fewer samples, so that all sections of a bench together take less than a minute
	Seed  uint64                // decides everything that is left to chance; a repeat with the same seed measures the same
	Show  func(done, total int) // shows the person who waits how much is done; never nil
}

// Options say what to run and how.
type Options struct {
	Quick   bool
	Seed    uint64   // decides everything that is left to chance; the report names it
	Only    []string // sections by name; empty means all
	Version string   // of the program, for the report
	Show    func(step string, done, total int)
}

// pick returns the sections of b with these names, in the order of the bench, or all sections if there are no names.
// unknown is the first name that b has no section of.
func (b Bench) pick(names []string) (picked []Section, unknown string) {
	for _, name := range names {
		if !slices.ContainsFunc(b.Sections, func(s Section) bool { return s.Name == name }) {
			return nil, name
		}
	}
	for _, s := range b.Sections {
		if len(names) == 0 || slices.Contains(names, s.Name) {
			picked = append(picked, s)
		}
	}
	return picked, ""
}

// names lists the sections.
func (b Bench) names() string {
	var all []string
	for _, s := range b.Sections {
		all = append(all, s.Name)
	}
	return strings.Join(all, ", ")
}

// UnknownSectionError is returned by Run for a section that the bench does not have.
type UnknownSectionError struct{ Bench, Name, Known string }

func (e *UnknownSectionError) Error() string {
	return fmt.Sprintf("bench %s has no section %q; it has %s", e.Bench, e.Name, e.Known)
}

// Run runs the sections that o asks for, one after the other. If one fails, or ctx ends, the report has the rows up to
// there, and the error says what stopped the bench. Whatever a section could not measure counts as failing, and so does a
// section that returns no rows.
func (b Bench) Run(ctx context.Context, o Options) (Report, error) {
	sections, unknown := b.pick(o.Only)
	if unknown != "" {
		return Report{}, &UnknownSectionError{Bench: b.Name, Name: unknown, Known: b.names()}
	}
	r := Report{Bench: b.Name, Version: o.Version, Quick: o.Quick, Seed: o.Seed, Machine: ThisMachine(), Rows: []Row{}}
	began, before := time.Now(), used()
	var failed error
	for _, s := range sections {
		if o.Quick && s.Long && len(o.Only) == 0 {
			r.LeftOut = append(r.LeftOut, s.Name)
			continue
		}
		show := func(int, int) {}
		if o.Show != nil {
			show = func(done, total int) { o.Show(s.About, done, total) }
		}
		show(0, 0)
		rows, err := s.Measure(ctx, Setting{Quick: o.Quick, Seed: o.Seed, Show: show})
		r.Rows = append(r.Rows, rows...)
		unable, err := apart(err)
		if err == nil && len(rows)+len(unable) == 0 {
			unable = []Unable{{Why: "it measured nothing"}}
		}
		for _, u := range unable {
			r.Skipped = append(r.Skipped, Skipped{Section: s.Name, Why: u.Why})
		}
		if err != nil {
			failed = fmt.Errorf("bench %s, section %s: %w", b.Name, s.Name, err)
			break
		}
	}
	wall := time.Since(began)
	r.Seconds, r.Machine.Others = wall.Seconds(), used().by(before).othersPer(wall)
	return r, failed
}
