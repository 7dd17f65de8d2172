package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"vmstudy/analysis"
	"vmstudy/postgres"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studyctl/cli"
)

type exportCmd struct {
	Study     int64  `arg:"" help:"Number of the study, as in the address of its page."`
	Out       string `arg:"" optional:"" help:"File to write; it must not exist. Default: study-N.zip." type:"path"`
	Pilots    bool   `help:"Include pilot participants. They never count."`
	Simulated bool   `help:"Simulated participants in place of people."`
	Version   int    `help:"Number of the published version whose data count, as the columns counts and why_not say. Default: the newest in which somebody but pilots has taken part. The data of all versions are written." name:"version"`
	Pool      bool   `help:"Data of versions that differ from it in wording only count, too."`
	License   string `help:"Licence under which the data may be used, as in CC-BY-4.0, for the files that describe them; else that of the study."`
	Excel     bool   `help:"Begin each table with a byte order mark, without which Excel takes its letters for others."`
}

// Run writes the study's data. If a file cannot be written to its end, it is removed.
func (cmd exportCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	if cmd.Out == "" {
		cmd.Out = "study-" + strconv.FormatInt(cmd.Study, 10) + ".zip"
		if cmd.Simulated {
			cmd.Out = "study-" + strconv.FormatInt(cmd.Study, 10) + "-simulated.zip"
		}
	}
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		filter, err := cmd.filter(ctx, db)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(cmd.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		head, err := db.Record(ctx, audit.Entry{At: time.Now(), Who: operator(), Action: "export", About: fmt.Sprintf("study %d", cmd.Study)})
		if err != nil {
			return errors.Join(err, f.Close(), os.Remove(cmd.Out))
		}
		filter.Audit = head.String()
		out := bufio.NewWriterSize(f, 256<<10)
		err = analysis.Export(ctx, db.Exports(), filter, questionnaire.Named(), out)
		if err := errors.Join(err, out.Flush(), f.Sync(), f.Close()); err != nil {
			return errors.Join(err, os.Remove(cmd.Out))
		}
		_, err = fmt.Fprintln(t.Out, cmd.Out)
		return err
	})
}

// filter returns which rows are written and which of them count.
func (cmd exportCmd) filter(ctx context.Context, db *postgres.DB) (analysis.Filter, error) {
	f := analysis.Filter{Study: study.StudyID(cmd.Study), Pilots: cmd.Pilots, Simulated: cmd.Simulated, License: cmd.License, Excel: cmd.Excel, At: time.Now()}
	st, err := db.Study(ctx, f.Study)
	if err != nil || st.Published == nil {
		return f, err // nobody can have taken part in what was never published
	}
	versions, err := db.Source().Versions(ctx, analysis.Filter{Study: f.Study, Simulated: f.Simulated}) // no pilot counts, so a version that only they have seen is not the default
	if err != nil {
		return f, err
	}
	v, alike, err := analysis.Described(versions, cmd.Version)
	if err != nil || !cmd.Pool {
		return f.Describing(v), err
	}
	return f.Describing(v, alike...), nil
}
