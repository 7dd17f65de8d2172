package session

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// Run is a run of an appliance, with the name of the script that a robot played. That name begins with the name of the run's task.
type Run struct {
	Script string
	Trace  forecast.Trace
}

// Foretold says how well streams by the best strategy foretell runs from which they have not learned: simulated over
// ForetoldLink, as averages of the runs.
type Foretold struct {
	FetchRatio float64 // chunks that travel for each that is touched
	MissRate   float64 // share of the touched chunks, after the resume, that are not there in time
}

// ForetoldLink is the link of the simulation: the slower one of those on which the authors of vTube measured.
var ForetoldLink = forecast.Link{Rate: 7.2e6 / 8, RTT: 120 * time.Millisecond}

// Enough reports whether more rehearsals are not worth the time: at most 1.10 chunks travel for each that is touched, and at
// most 0.1 % are missed.
func (f Foretold) Enough() bool { return f.FetchRatio <= 1.10 && f.MissRate <= 0.001 }

// Better reports whether f is nearer to Enough than g.
func (f Foretold) Better(g Foretold) bool {
	excess := func(f Foretold) float64 { return max(0, f.FetchRatio/1.10-1) + max(0, f.MissRate/0.001-1)/10 }
	return excess(f) < excess(g)
}

func (f Foretold) String() string {
	return fmt.Sprintf("fetch ratio %.2f, missed %.2f %%", f.FetchRatio, 100*f.MissRate)
}

// Foretell says how well streams of the appliance that have learned from the one runs foretell the others. Their traces are of
// the appliance's present content.
func Foretell(app vmhost.Appliance, learned, unseen []Run) (mean Foretold, err error) {
	if len(unseen) == 0 {
		return Foretold{}, fmt.Errorf("no run to foretell: %w", study.ErrInvalid)
	}
	err = withOrigin(app, func(origin *stream.Origin) error {
		for _, run := range unseen {
			if a := run.Trace.Accesses; len(a) > 0 && a[0].Cost == 0 {
				if err := origin.Price(run.Trace); err != nil {
					return err
				}
			}
			o, err := origin.Foretell(forecast.Best, tracesFor(taskOf(app, run.Script), learned), run.Trace, ForetoldLink)
			if err != nil {
				return fmt.Errorf("foretelling %s: %w", run.Script, err)
			}
			mean.FetchRatio += o.FetchRatio() / float64(len(unseen))
			mean.MissRate += o.MissRate() / float64(len(unseen))
		}
		return nil
	})
	return mean, err
}

// tracesFor returns the traces of runs, with Unlike set in those that are of other tasks.
func tracesFor(task study.TaskID, runs []Run) (traces []forecast.Trace) {
	for _, r := range runs {
		r.Trace.Unlike = !isOf(r.Script, task)
		traces = append(traces, r.Trace)
	}
	return traces
}

// taskOf returns the task of an appliance that a script is of; empty if it is of none.
func taskOf(app vmhost.Appliance, script string) study.TaskID {
	i := slices.IndexFunc(app.Tasks, func(t study.Task) bool { return isOf(script, t.ID) })
	if i < 0 {
		return ""
	}
	return app.Tasks[i].ID
}

// ReadRuns reads the rehearsals of the appliance, by name.
func ReadRuns(app vmhost.Appliance) ([]Run, error) {
	return readRuns(filepath.Join(app.Dir, tracesDir), rehearsalPrefix, app.Content())
}

// PresentRepertoire returns the name of the appliance's present rehearsals; see study.Repertoire.
func PresentRepertoire(app vmhost.Appliance) (string, error) {
	files, err := rehearsalFiles(app.Dir)
	return study.Repertoire(files), err
}

// readRuns reads the runs in dir whose files begin with prefix and that are of the content.
func readRuns(dir, prefix, content string) (runs []Run, err error) {
	paths, err := traceFiles(dir, prefix)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		t, err := readTrace(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		if t.Content == content {
			runs = append(runs, Run{strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), prefix), traceEnding), t})
		}
	}
	return runs, nil
}
