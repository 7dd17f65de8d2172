package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studyctl/backup"
	"vmstudy/studyctl/cli"
)

type backupCmd struct {
	File       string `arg:"" help:"The file to write. It must not exist yet." type:"path"`
	Appliances bool   `help:"Put the appliances in, too: gigabytes. A published version of a study goes on with the very same appliance only, so have one such backup of each appliance."`
	sealing    `embed:""`
}

// sealing says for whom a backup is encrypted.
type sealing struct {
	Recipient      []string `help:"Encrypt the backup for this public key of age (age1...), which age-keygen prints. May be given several times." placeholder:"KEY"`
	PassphraseFile string   `help:"Encrypt the backup with the passphrase in the first line of this file." type:"path"`
}

func (s sealing) recipients() ([]age.Recipient, error) {
	return backup.Recipients(s.Recipient, s.PassphraseFile)
}

// Run writes a backup, beside a server that may be running.
func (cmd backupCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	to, err := cmd.recipients()
	if err != nil {
		return err
	}
	if err := c.maysave(cmd.File); err != nil {
		return err
	}
	url, stop, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer stop()
	b := backing{cfg: c, url: url, who: operator(), appliances: cmd.Appliances, to: to}
	done, err := b.write(ctx, cmd.File)
	if err != nil {
		return err
	}
	for _, name := range done.left {
		fmt.Fprintf(t.Err, "Left out, since it is no file: %s\n", name)
	}
	_, err = fmt.Fprintf(t.Out, "Wrote %s: %s\n%s", cmd.File, contents(done.Contents), headSentence(done.Head))
	return err
}

// headSentence says what to keep of the audit in a backup.
func headSentence(head string) string {
	if head == "" {
		return ""
	}
	return "The audit in it ends with entry " + head + "\n"
}

// contents says what a backup has.
func contents(b backup.Contents) string {
	tables, rows := b.Tables()
	return fmt.Sprintf("%d tables with %d rows, and %d files with %.1f MiB, of %s.",
		tables, rows, b.Files, float64(b.Bytes)/(1<<20), b.At.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// backupsDir is where a server's own backups lie unless somebody says otherwise.
func (c Config) backupsDir() string { return filepath.Join(c.Data, "backups") }

// rebuildable are the parts of the data directory that no backup has: the database, which is in it in another form; what lives as
// long as a server or a machine; what is made of the appliances; other backups; and a restore that was cut off. Everything else is in it, so that a
// part which comes with a newer version is not forgotten.
func (c Config) rebuildable() map[string]bool {
	out := map[string]bool{}
	for _, dir := range []string{c.postgresDir(), c.runDir(), c.storeDir(), c.cacheDir(), c.backupsDir(), c.restoringDir()} {
		out[filepath.Base(dir)] = true
	}
	return out
}

// maysave refuses a path where a file is, or which the next backup would contain.
func (c Config) maysave(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return study.Refuse(study.ErrConflict, "%s exists already: name another file, or remove it", path)
	}
	below, err := filepath.Rel(c.Data, path)
	if err != nil || !filepath.IsLocal(below) {
		return nil
	}
	if first, _, _ := strings.Cut(filepath.ToSlash(below), "/"); !c.rebuildable()[first] {
		return study.Refuse(study.ErrInvalid, "the next backup would contain %s: choose a path outside %s, best on another disk", path, c.Data)
	}
	return nil
}

// backing writes backups of one laboratory.
type backing struct {
	cfg        Config
	url        string // of the database
	who        string // makes them, as the audit names them
	appliances bool   // are in it, too
	to         []age.Recipient
}

// backed is a backup that was written.
type backed struct {
	backup.Contents
	left []string // what is no file, and not in it
}

// write writes a backup to path, whole or not at all, and leaves the disk the room that is kept free. The database is as it is at one moment; the files are copied after it, so that each
// that the database knows as complete is there.
func (b backing) write(ctx context.Context, path string) (done backed, err error) {
	if err := roomForBackup(filepath.Dir(path)); err != nil { // before the audit says that there is one
		return done, err
	}
	if err := b.record(ctx, path); err != nil {
		return done, err
	}
	state, err := postgres.ReadState(ctx, b.url)
	if err != nil {
		return done, err
	}
	defer state.Close()
	done.Header = backup.Header{Program: cli.Version(), At: state.At, Database: "PostgreSQL " + state.Server, Rows: state.Rows}
	if state.Head.Number > 0 {
		done.Head = state.Head.String()
	}
	without := b.cfg.rebuildable()
	without[filepath.Base(b.cfg.appliancesDir())] = !b.appliances
	err = writeSparing(ctx, path, func(out io.Writer) error {
		w, err := backup.NewWriter(out, done.Header, b.to)
		if err != nil {
			return err
		}
		err = errors.Join(w.Database(func(out io.Writer) error { return state.Dump(ctx, out) }))
		if err == nil {
			err = w.Directory(b.cfg.Data, without)
		}
		if err != nil {
			return err // the file is removed
		}
		done.Files, done.Bytes, done.left = w.Files, w.Bytes, w.Left
		return w.Close()
	})
	if err != nil {
		return backed{}, fmt.Errorf("backup: %w", err)
	}
	return done, nil
}

// record puts the backup into the audit, and so into the backup itself. A database of an older shape is left as it is.
func (b backing) record(ctx context.Context, path string) error {
	behind, err := postgres.Behind(ctx, b.url)
	if err != nil || behind {
		return err
	}
	return onDatabase(ctx, b.url, func(db *postgres.DB) error {
		_, err := db.Record(ctx, audit.Entry{At: time.Now(), Who: b.who, Action: "backup", About: filepath.Base(path)})
		return err
	})
}
