package bench

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Report is what a run of a bench found.
type Report struct {
	Bench   string    `json:"bench"`
	Version string    `json:"version"`
	Machine Machine   `json:"machine"`
	Quick   bool      `json:"quick"`
	Seed    uint64    `json:"seed,string"` // decided what was left to chance; in quotes, since JavaScript cannot read such large numbers
	Seconds float64   `json:"seconds"`
	Rows    []Row     `json:"rows"`
	Skipped []Skipped `json:"skipped,omitempty"`  // what could not be measured: it counts as failing
	LeftOut []string  `json:"left_out,omitempty"` // long sections that a quick bench did not run
}

// Skipped is what a section could not measure on this machine.
type Skipped struct {
	Section string `json:"section"`
	Why     string `json:"why"`
}

// Failing returns how many figures are not as promised, and how much could not be measured.
func (r Report) Failing() int { return r.below() + len(r.Skipped) }

// below returns how many figures are not as promised.
func (r Report) below() (n int) {
	for _, row := range r.Rows {
		if !row.OK {
			n++
		}
	}
	return n
}

// Verdict says in words what Failing counts, as in "2 below what was promised, 1 not measured".
func (r Report) Verdict() string {
	said := fmt.Sprintf("%d below what was promised", r.below())
	if n := len(r.Skipped); n > 0 {
		said += fmt.Sprintf(", %d not measured", n)
	}
	return said
}

// Table writes the report for people.
func (r Report) Table(out io.Writer) error {
	fmt.Fprintf(out, "bench %s, studyctl %s%s, seed %d\n%s\n\n", r.Bench, r.Version, map[bool]string{true: ", quick"}[r.Quick], r.Seed, r.Machine)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "FIGURE\tCONDITION\tSET\tMEASURED\tUNIT\tRANGE\tBAR\tVERDICT\tBESIDE IT")
	for _, row := range r.Rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", row.Name, row.Condition,
			figure(row.Set), figure(&row.Value), row.Unit, row.spread(), row.bar(), row.verdict(), row.peer())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(out, "not measured: %s: %s\n", s.Section, s.Why)
	}
	if len(r.LeftOut) > 0 {
		fmt.Fprintf(out, "left out, as this was a quick bench: %s\n", strings.Join(r.LeftOut, ", "))
	}
	_, err := fmt.Fprintf(out, "\n%d figures in %.1f s: %s\n", len(r.Rows), r.Seconds, r.Verdict())
	return err
}

func (r Row) spread() string {
	if r.N == 0 {
		return ""
	}
	return fmt.Sprintf("%s to %s of %d", figure(&r.Low), figure(&r.High), r.N)
}

func (r Row) bar() string {
	switch r.Better {
	case Lower:
		return "≤ " + figure(r.Bar)
	case Higher:
		return "≥ " + figure(r.Bar)
	}
	return ""
}

func (r Row) verdict() string {
	switch {
	case !r.OK:
		return "FAILS"
	case r.Bar == nil:
		return ""
	}
	return "ok"
}

func (r Row) peer() string {
	if r.Peer == nil {
		return ""
	}
	return figure(r.Peer) + " " + r.PeerName
}

// figure writes a number with four significant digits, and whole numbers in full.
func figure(x *float64) string {
	switch {
	case x == nil:
		return ""
	case math.Abs(*x) >= 1000:
		return strconv.FormatFloat(*x, 'f', 0, 64)
	}
	return strconv.FormatFloat(*x, 'g', 4, 64)
}
