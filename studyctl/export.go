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
	"vmstudy/studyctl/cli"
)

type exportCmd struct {
	Study  int64  `arg:"" help:"Number of the study, as in the address of its page."`
	Out    string `arg:"" optional:"" help:"File to write; it must not exist. Default: study-N.zip." type:"path"`
	Pilots bool   `help:"Include pilot participants."`
}

// Run writes the study's data. If a file cannot be written to its end, it is removed.
func (cmd exportCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	if cmd.Out == "" {
		cmd.Out = "study-" + strconv.FormatInt(cmd.Study, 10) + ".zip"
	}
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		id := study.StudyID(cmd.Study)
		if _, err := db.Study(ctx, id); err != nil {
			return err
		}
		f, err := os.OpenFile(cmd.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		out := bufio.NewWriterSize(f, 256<<10)
		err = analysis.Export(ctx, db.Exports(), analysis.Filter{Study: id, Pilots: cmd.Pilots, At: time.Now()}, questionnaire.Named(), out)
		if err := errors.Join(err, out.Flush(), f.Sync(), f.Close()); err != nil {
			return errors.Join(err, os.Remove(cmd.Out))
		}
		_, err = fmt.Fprintln(t.Out, cmd.Out)
		return err
	})
}
