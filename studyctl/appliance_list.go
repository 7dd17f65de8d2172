package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"vmstudy/stream/store"
	"vmstudy/studyctl/cli"
	"vmstudy/vmhost"
)

type applianceListCmd struct {
	JSON bool `help:"Print one JSON object." name:"json"`
}

// listed is an appliance as list prints it. Sizes are bytes.
type listed struct {
	Name      string `json:"name"`
	Title     string `json:"title,omitempty"`
	Installed bool   `json:"installed"` // its files are there
	RAM       int64  `json:"ram_bytes,omitempty"`
	Tasks     int    `json:"tasks"`
	Fits      bool   `json:"fits"`          // this computer can run it
	Why       string `json:"why,omitempty"` // why this computer cannot run it
	Packed    *cost  `json:"packed,omitempty"`
}

// cost is how much room an appliance takes in the store.
type cost struct {
	Size        int64   `json:"size_bytes"`     // of its images, with zeros
	Filled      int64   `json:"filled_bytes"`   // of chunks that are not all zeros
	Distinct    int64   `json:"distinct_bytes"` // of these, each different chunk once
	Alone       int64   `json:"alone_bytes"`    // of these, the ones that no other appliance has
	Stored      int64   `json:"stored_bytes"`   // compressed
	Dedup       float64 `json:"dedup_ratio"`
	Compression float64 `json:"compression_ratio"`
	Current     bool    `json:"current"` // it is the build that is installed
}

// Run lists appliances with their tasks and the room that they take in the store.
func (cmd applianceListCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	all, passed, err := c.listAppliances(ctx)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return json.NewEncoder(t.Out).Encode(struct {
			Appliances []listed `json:"appliances"`
			PassedOver []string `json:"passed_over,omitempty"` // what is in the directory and cannot be used, with the reasons
		}{all, sentences(passed)})
	}
	w := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tTITLE\tMEMORY\tTASKS\tSTORED\tDEDUP\tCOMPRESSED\tFITS HERE")
	for _, a := range all {
		stored, dedup, compressed := "no", "", ""
		if p := a.Packed; p != nil {
			stored = fmt.Sprintf("%d MB", p.Stored/1e6)
			dedup, compressed = fmt.Sprintf("%.2f", p.Dedup), fmt.Sprintf("%.2f", p.Compression)
			if a.Installed && !p.Current {
				stored += " of another build"
			}
		}
		fits, ram := "yes", fmt.Sprintf("%d MiB", a.RAM>>20)
		switch {
		case !a.Installed:
			fits, ram = "a disk only", ""
		case !a.Fits:
			fits = a.Why
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", a.Name, a.Title, ram, a.Tasks, stored, dedup, compressed, fits)
	}
	return errors.Join(w.Flush(), tellPassed(t, c.appliancesDir(), sentences(passed)))
}

// tellPassed names what is in a directory and is not used.
func tellPassed(t cli.Terminal, dir string, passed []string) error {
	if len(passed) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(t.Out, "Not used, in %s:\n  %s\n", dir, strings.Join(passed, "\n  "))
	return err
}

// sentences says of each what it is and why it cannot be used.
func sentences(passed []vmhost.Unusable) (all []string) {
	for _, p := range passed {
		all = append(all, p.String())
	}
	return all
}

// listAppliances lists the appliances that are installed or packed, by name. passed says what is in the same directories
// and cannot be used.
func (c Config) listAppliances(ctx context.Context) (all []listed, passed []vmhost.Unusable, err error) {
	apps, passed, err := vmhost.List(c.appliancesDir())
	if err != nil {
		return nil, nil, err
	}
	found := map[string]*listed{}
	content := map[string]string{}
	if len(apps) > 0 { // finding out what this computer can run may take seconds
		err = withToolHost(ctx, c, func(host *vmhost.Host, _ string) error {
			for _, a := range apps {
				l := &listed{Name: a.Name, Title: a.Title, Installed: true, RAM: a.RAM, Tasks: len(a.Tasks), Fits: true}
				if err := host.Check(ctx, a); err != nil {
					l.Fits, l.Why = false, cli.Explain(err)
				}
				found[a.Name], content[a.Name] = l, a.Content()
			}
			return nil
		})
	}
	if err == nil {
		err = c.addCosts(found, content)
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all = append(all, *found[name])
	}
	return all, passed, err
}

// addCosts adds what is in the store: appliances that are only there, and the room that each takes.
func (c Config) addCosts(found map[string]*listed, content map[string]string) error {
	return c.withStore(func(s *store.Store) error {
		figures, err := s.Figures()
		if err != nil {
			return err
		}
		for name, f := range figures {
			if found[name] == nil {
				found[name] = &listed{Name: name}
			}
			ix, err := s.Index(name)
			if err != nil {
				return err
			}
			found[name].Packed = &cost{
				Size: f.Size, Filled: f.Filled, Distinct: f.Distinct, Alone: f.Alone, Stored: f.Stored,
				Dedup: f.Dedup(), Compression: f.Compression(), Current: ix.Content == content[name],
			}
		}
		return nil
	})
}
