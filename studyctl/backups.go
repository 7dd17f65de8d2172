package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"filippo.io/age"

	"vmstudy/files"
	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/studyctl/backup"
)

// backupPlan says when a server makes backups by itself.
type backupPlan struct {
	At             string   `help:"Make a backup every day at this time, as 03:30, in the laboratory's time zone; a server that did not run then makes it when it starts. It waits while a desktop is open, for up to three hours. Empty: no backups." env:"STUDYCTL_BACKUP_AT" placeholder:"HH:MM"`
	Dir            string   `help:"Where these backups go. Empty: backups/ in the data directory; better a directory on another computer's disk." env:"STUDYCTL_BACKUP_DIR" type:"path"`
	Days           int      `help:"Remove these backups when they are older than so many days, except the newest. So long they hold what participants have had erased." default:"30" env:"STUDYCTL_BACKUP_DAYS"`
	Recipient      []string `help:"Encrypt these backups for this public key of age (age1...)." env:"STUDYCTL_BACKUP_RECIPIENT" placeholder:"KEY"`
	PassphraseFile string   `help:"Encrypt these backups with the passphrase in the first line of this file." env:"STUDYCTL_BACKUP_PASSPHRASE_FILE" type:"path"`
}

// backups makes backups by itself. A nil one makes none.
type backups struct {
	dir    string
	clock  time.Duration // since midnight
	days   int
	make   func(ctx context.Context, path string) error
	list   func(ctx context.Context, out io.Writer) error // of whose data are erased
	quiet  func() bool                                    // whether nobody works at a desktop
	now    func() time.Time
	newest atomic.Int64 // when the newest was made, in seconds since 1970; 0: there is none
}

// backupPause is the time between two looks at the clock. patienceForQuiet is how long a backup that is due waits for everybody to leave.
const (
	backupPause      = time.Minute
	patienceForQuiet = 3 * time.Hour
)

// planned returns the backups of plan. It finds out at once whether they can be made.
func planned(plan backupPlan, c Config, h *house) (*backups, error) {
	if plan.At == "" {
		return nil, nil
	}
	at, err := time.Parse("15:04", plan.At)
	if err != nil {
		return nil, study.Refuse(study.ErrInvalid, "--backup-at (STUDYCTL_BACKUP_AT) is a time of the day as 03:30, not %q", plan.At)
	}
	if plan.Days < 1 {
		return nil, study.Refuse(study.ErrInvalid, "--backup-days (STUDYCTL_BACKUP_DAYS) is one day or more, not %d", plan.Days)
	}
	var to []age.Recipient
	if to, err = backup.Recipients(plan.Recipient, plan.PassphraseFile); err != nil {
		return nil, err
	}
	dir := cmp.Or(plan.Dir, c.backupsDir())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, study.Refuse(study.ErrInvalid, "backups cannot be written to %s: %v", dir, err)
	}
	if err := c.maysave(filepath.Join(dir, backup.Name(time.Now()))); err != nil {
		return nil, err
	}
	url, err := c.address()
	if err != nil {
		return nil, err
	}
	b := backing{cfg: c, url: url, who: "the program", to: to}
	return &backups{
		dir: dir, clock: time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, days: plan.Days,
		make: func(ctx context.Context, path string) error {
			done, err := b.write(ctx, path)
			if err == nil {
				slog.InfoContext(ctx, "backup made", "file", path, "head", done.Head, "files", done.Files)
			}
			return err
		},
		list:  func(ctx context.Context, out io.Writer) error { return writeErasures(ctx, h.db, out) },
		quiet: func() bool { return len(h.conductor.Live()) == 0 },
		now:   func() time.Time { return time.Now().In(h.zone) },
	}, nil
}

// Run makes backups when they are due, until ctx ends.
func (b *backups) Run(ctx context.Context) error {
	if b == nil {
		return nil
	}
	tick := time.NewTicker(backupPause)
	defer tick.Stop()
	for {
		if err := b.turn(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "no backup was made; the next try is in a minute", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// turn makes a backup if one is due, and removes those that are too old.
func (b *backups) turn(ctx context.Context) error {
	names, err := b.names()
	if err != nil {
		return err
	}
	now, newest := b.now(), backup.Newest(names)
	if due := backup.Due(now, b.clock); newest.Before(due) && (b.quiet() || now.Sub(due) > patienceForQuiet) {
		name := backup.Name(now)
		if err := b.make(ctx, filepath.Join(b.dir, name)); err != nil {
			return err
		}
		if err := b.note(ctx); err != nil {
			return err
		}
		names, newest = append(names, name), now
	}
	if !newest.IsZero() {
		b.newest.Store(newest.Unix())
	}
	for _, old := range backup.Expired(names, now, b.days) {
		if e := os.Remove(filepath.Join(b.dir, old)); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func (b *backups) names() (names []string, err error) {
	entries, err := os.ReadDir(b.dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// erasedFile is the list of whose data are erased, beside the backups.
const erasedFile = "erased.csv"

// note writes the list of whose data are erased beside the backups, which may hold them still.
func (b *backups) note(ctx context.Context) error {
	if b == nil {
		return nil
	}
	err := files.Write(filepath.Join(b.dir, erasedFile), 0o600, func(out io.Writer) error { return b.list(ctx, out) })
	if err != nil {
		return fmt.Errorf("list of erasures beside the backups: %w", err)
	}
	return nil
}

// noted is a database that has every erasure written beside the backups as soon as it is complete.
type noted struct {
	*postgres.DB
	note func(context.Context) error
}

// FilesErased records that the files of a participant are gone, and so everything.
func (n noted) FilesErased(ctx context.Context, p study.ParticipantID, at time.Time) error {
	if err := n.DB.FilesErased(ctx, p, at); err != nil {
		return err
	}
	if err := n.note(ctx); err != nil { // what is erased is erased
		slog.ErrorContext(ctx, "an erasure is not noted", "err", err)
	}
	return nil
}
