package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"vmstudy/postgres"
	"vmstudy/record"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studyctl/cli"
)

type recordCmd struct {
	List   recordListCmd   `cmd:"" help:"List the recordings."`
	Verify recordVerifyCmd `cmd:"" help:"Read every recording whole and compare it with what is on record, and name the files that belong to no recording."`
	Export recordExportCmd `cmd:"" help:"Write a trial's recording as a plain FBS file (FBS 001.000), which players of VNC sessions read: pictures only, drawn anew, on a canvas as large as the largest screen. The bytes as they were sent are what zstd -dc makes of the recording's own file."`
	Video  recordVideoCmd  `cmd:"" help:"Make a video of a trial's recording, by ffmpeg."`
}

// recordings is the directory of recordings, and the database that knows about them.
type recordings struct {
	db      *postgres.DB
	library *record.Library
}

func withRecordings(ctx context.Context, c Config, do func(recordings) error) error {
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		l, err := record.NewLibrary(record.Config{Dir: c.recordingsDir(), Store: db})
		if err != nil {
			return err
		}
		return do(recordings{db, l})
	})
}

// ofTrial returns the newest of a trial's recordings that have a file.
func (r recordings) ofTrial(ctx context.Context, id study.TrialID) (study.Recording, error) {
	if id <= 0 {
		return study.Recording{}, study.Refuse(study.ErrInvalid, "trials are numbered from 1")
	}
	all, err := r.db.RecordingsOf(ctx, id)
	if err != nil {
		return study.Recording{}, err
	}
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Kept() && all[i].Bytes > 0 {
			return all[i].Recording, nil
		}
	}
	return study.Recording{}, study.Refuse(study.ErrNotFound, "trial %d has no recording; studyctl record list shows those that have", id)
}

type recordListCmd struct{}

// Run prints a line for each recording.
func (recordListCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	return withRecordings(ctx, c, func(r recordings) error {
		all, err := r.db.RecordingsOf(ctx, 0)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "TRIAL\tATTEMPT\tBEGAN\tLENGTH\tSEGMENTS\tMB\tSTATE\tSHA-256")
		for _, m := range all {
			fmt.Fprintf(w, "%d\t%d\t%s\t%s\t%d\t%.2f\t%s\t%.12s\n", m.Trial, m.Attempt, m.BeganAt.Local().Format(time.DateTime),
				m.Duration.Round(time.Second), m.Segments, float64(m.Bytes)/1e6, recordingState(m.Recording), m.SHA256)
		}
		return w.Flush()
	})
}

func recordingState(m study.Recording) string {
	switch {
	case !m.DeletedAt.IsZero():
		return "deleted"
	case m.Ended == "":
		return "being written"
	}
	return string(m.Ended)
}

type recordVerifyCmd struct{}

// errDamaged is the error of verify after it has named the recordings that are damaged or missing.
var errDamaged = study.Refuse(study.ErrConflict, "recordings are damaged or missing")

// errStrange is the error of verify after it has named files of which the database knows nothing. They would not be deleted
// if a participant withdraws.
var errStrange = study.Refuse(study.ErrConflict, "there are files of no recording on record")

// Run reads every file.
func (recordVerifyCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	return withRecordings(ctx, c, func(r recordings) error {
		all, err := r.db.RecordingsOf(ctx, 0)
		if err != nil {
			return err
		}
		good, damaged := 0, 0
		for _, m := range all {
			if !m.Kept() {
				continue
			}
			if err := r.verify(m.Recording); err != nil {
				damaged++
				fmt.Fprintf(t.Out, "trial %d, attempt %d: %s\n", m.Trial, m.Attempt, cli.Explain(err))
				continue
			}
			good++
		}
		fmt.Fprintf(t.Out, "%d as they were written, %d not\n", good, damaged)
		strange, err := r.strangers(ctx)
		if err == nil {
			err = tellPassed(t, c.recordingsDir(), strange)
		}
		switch {
		case err != nil:
			return err
		case damaged > 0:
			return errDamaged
		case len(strange) > 0:
			return errStrange
		}
		return nil
	})
}

// strangers names the files that belong to no recording in the database.
func (r recordings) strangers(ctx context.Context) ([]string, error) {
	all, err := r.db.AllRecordings(ctx)
	if err != nil {
		return nil, err
	}
	return r.library.Strangers(all)
}

// verify compares a file with what the database says about it. A recording may have no file, or an empty one, if the disk
// was full from the beginning or the server was killed.
func (r recordings) verify(m study.Recording) error {
	f, err := r.library.Open(m.Attempt)
	if errors.Is(err, study.ErrNotFound) && m.Bytes == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := record.Examine(f)
	switch {
	case s.SHA256 != m.SHA256:
		return study.Refuse(study.ErrConflict, "the file has SHA-256 %.12s, and on record is %.12s", s.SHA256, m.SHA256)
	case err != nil && m.Segments > 0:
		return err
	}
	return nil
}

// told makes an entry in the audit: somebody takes away what a participant did on the screen.
func (r recordings) told(ctx context.Context, action string, m study.Recording) error {
	_, err := r.db.Record(ctx, audit.Entry{At: time.Now(), Who: operator(), Action: action, About: fmt.Sprintf("recording of attempt %d", m.Attempt)})
	return err
}

type recordExportCmd struct {
	Trial   int64  `arg:"" help:"Number of the trial, as in the data and in record list."`
	Out     string `arg:"" help:"File to write; it must not exist." type:"path"`
	Segment int    `help:"Only this connection of the viewer, from 1. 0: all of them." default:"0"`
	Hextile bool   `help:"Encode pictures as Hextile: much smaller. Else as Raw, which is what every player knows."`
}

// Run writes the export.
func (cmd recordExportCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	return withRecordings(ctx, c, func(r recordings) error {
		m, err := r.ofTrial(ctx, study.TrialID(cmd.Trial))
		if err != nil {
			return err
		}
		if err := r.told(ctx, "export a recording", m); err != nil {
			return err
		}
		x := record.Export{Segment: cmd.Segment, Hextile: cmd.Hextile}
		return writeNew(cmd.Out, func(w io.Writer) error { return r.library.Export(ctx, w, m.Attempt, x) })
	})
}

// writeNew writes a file that must not exist yet. If it cannot be written to its end, it is removed.
func writeNew(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return study.Refuse(study.ErrConflict, "%s is there already", path)
	}
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 256<<10)
	err = write(out)
	if err := errors.Join(err, out.Flush(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
