package main

import (
	"fmt"
	"text/tabwriter"

	"vmstudy/netem"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

type netemTracesCmd struct{}

// Run prints a line for each trace, and a line for each file that cannot be chosen or replayed.
func (netemTracesCmd) Run(c Config, t cli.Terminal) error {
	traces := netem.NewTraces(c.networksDir())
	names, err := traces.Names()
	if err != nil {
		return err
	}
	passed, err := traces.PassedOver()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tMEAN MBPS\tLASTS\tSHA-256")
	for _, name := range names {
		trace, err := traces.Open(name)
		switch say := study.Sentence(err); {
		case say != "":
			passed = append(passed, say)
			continue
		case err != nil:
			return err
		}
		fmt.Fprintf(w, "%s\t%.2f\t%s\t%.12s\n", name, trace.Rate().Mbps(), trace.Period, trace.SHA256)
	}
	if err := w.Flush(); err != nil || len(passed) == 0 {
		return err
	}
	fmt.Fprintf(t.Out, "\nNo traces to choose, in %s:\n", c.networksDir())
	for _, why := range passed {
		fmt.Fprintf(t.Out, "  %s\n", why)
	}
	return nil
}
