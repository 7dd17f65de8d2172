package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"vmstudy/document"
	"vmstudy/postgres"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

type studyCmd struct {
	Export   studyExportCmd   `cmd:"" help:"Write a study's design as a study file, or as a bundle: a zip of it and its images."`
	Import   studyImportCmd   `cmd:"" help:"Make a new study of a study file or a bundle. It begins as a draft."`
	Validate studyValidateCmd `cmd:"" help:"Say everything that is wrong with a study file or a bundle, with its place."`
	Diff     studyDiffCmd     `cmd:"" help:"Say what is different in the second of two study files."`
	Schema   studySchemaCmd   `cmd:"" help:"Print the JSON Schema of study files, with which editors complete and check them."`
}

type studyExportCmd struct {
	Study   int64  `arg:"" help:"Number of the study, as in the address of its page."`
	Out     string `arg:"" optional:"" help:"File to write; it must not exist. One whose name ends with .zip is a bundle. Default: standard output." type:"path"`
	Version bool   `help:"The newest published version in place of the draft."`
}

// Run writes the study file.
func (cmd studyExportCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		s, err := db.Study(ctx, study.StudyID(cmd.Study))
		if err != nil {
			return err
		}
		text, d := document.Write(s.Draft), s.Draft
		if cmd.Version {
			if s.Published == nil {
				return study.Refuse(study.ErrNotFound, "study %d has not been published yet", cmd.Study)
			}
			text, d = s.Published.Text, s.Published.Design // as it was published, whose hash stands in the data
		}
		if cmd.Out == "" {
			_, err := io.WriteString(t.Out, text)
			return err
		}
		f, err := os.OpenFile(cmd.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		if strings.HasSuffix(cmd.Out, ".zip") {
			err = document.WriteBundle(f, text, d, func(hash string) (study.ImageFile, error) { return db.ImageFile(ctx, hash) })
		} else {
			_, err = f.WriteString(text)
		}
		return errors.Join(err, f.Close())
	})
}

type studyImportCmd struct {
	File string `arg:"" help:"The study file, or a bundle." type:"existingfile"`
}

// Run reads the study file and stores it as the draft of a new study.
func (cmd studyImportCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	var images []study.ImageFile
	d, err := readStudyFile(cmd.File, t, func(content []byte) (d study.Design, faults []document.Fault) {
		d, images, faults = document.ReadFile(content)
		return d, faults
	})
	if err != nil {
		return err
	}
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		for _, f := range images {
			if err := db.KeepImage(ctx, f); err != nil {
				return err
			}
		}
		id, err := db.CreateStudy(ctx, 0, d, time.Now())
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(t.Out, "study %d: %s\n", id, d.Title)
		return err
	})
}

type studyValidateCmd struct {
	File string `arg:"" help:"The study file, or a bundle." type:"existingfile"`
}

// Run describes the study that this file would make.
func (cmd studyValidateCmd) Run(_ context.Context, _ Config, t cli.Terminal) error {
	d, err := readStudyFile(cmd.File, t, func(content []byte) (study.Design, []document.Fault) {
		d, faults := document.CheckFile(content)
		if len(faults) == 0 {
			for _, f := range questionnaire.Faults(d) {
				faults = append(faults, document.Fault{At: f.At, Say: f.Say})
			}
		}
		return d, faults
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.Out, "%s: %s of about %d minutes, %s\n", d.Title,
		study.Count(len(d.Conditions()), "trial"), int(d.Estimate().Minutes()), study.Count(d.Sequences(), "sequence"))
	return err
}

type studyDiffCmd struct {
	Before string `arg:"" help:"A study file." type:"existingfile"`
	After  string `arg:"" help:"Another one." type:"existingfile"`
}

// Run prints a line for each field, and ends with whether only the wording differs.
func (cmd studyDiffCmd) Run(_ context.Context, _ Config, t cli.Terminal) error {
	before, err := readStudyFile(cmd.Before, t, document.Read)
	if err != nil {
		return err
	}
	after, err := readStudyFile(cmd.After, t, document.Read)
	if err != nil {
		return err
	}
	changes := document.Changes(before, after)
	for _, c := range changes {
		if _, err := fmt.Fprintf(t.Out, "%s: %s -> %s\n", c.At, strconv.Quote(c.Before), strconv.Quote(c.After)); err != nil {
			return err
		}
	}
	switch {
	case len(changes) == 0:
		_, err = fmt.Fprintln(t.Out, "Both are the same design.")
	case document.OnlyWording(changes):
		_, err = fmt.Fprintln(t.Out, "Only the wording differs; the study is the same.")
	}
	return err
}

type studySchemaCmd struct {
	Instrument bool `help:"The schema of a questionnaire by itself."`
}

// Run prints the schema.
func (cmd studySchemaCmd) Run(t cli.Terminal) error {
	schema := document.Schema()
	if cmd.Instrument {
		schema = document.InstrumentSchema()
	}
	_, err := t.Out.Write(schema)
	return err
}

// readStudyFile reads a study file by the function read, and prints everything that is wrong with it.
func readStudyFile(path string, t cli.Terminal, read func([]byte) (study.Design, []document.Fault)) (study.Design, error) {
	f, err := os.Open(path)
	if err != nil {
		return study.Design{}, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, document.MaxBundle+1))
	if err != nil {
		return study.Design{}, err
	}
	d, faults := read(content)
	for _, fault := range faults {
		if _, err := fmt.Fprintln(t.Err, fault); err != nil {
			return study.Design{}, err
		}
	}
	if len(faults) > 0 {
		return study.Design{}, study.Refuse(study.ErrInvalid, "%s has %s; see above", path, study.Count(len(faults), "fault"))
	}
	return d, nil
}
