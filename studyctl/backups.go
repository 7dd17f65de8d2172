package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"filippo.io/age"

	"vmstudy/files"
	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/study/audit"
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
	failed func(ctx context.Context, name string, why error) error // puts it into the audit
	list   func(ctx context.Context, out io.Writer) error          // of whose data are erased
	quiet  func() bool                                             // whether nobody works at a desktop
	now    func() time.Time
	newest atomic.Int64 // when the newest was made, in seconds since 1970; 0: there is none
	noting sync.Mutex   // held by who writes the list

	// These belong to Run.
	rest    time.Time // nothing is done before that
	failing bool      // the last try has failed
}

// backupPause is the time between two looks at the clock. patienceForQuiet is how long a backup that is due waits for everybody to leave.
// restAfterFailure is the time between two tries, since one may read the whole laboratory before it fails.
const (
	backupPause      = time.Minute
	patienceForQuiet = 3 * time.Hour
	restAfterFailure = time.Hour
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
		failed: func(ctx context.Context, name string, why error) error {
			reason := "see the log"
			if errors.Is(why, errNoRoom) {
				reason = "no room on the disk"
			}
			_, err := h.db.Record(ctx, audit.Entry{At: time.Now(), Who: b.who, Action: "backup failed", About: name, Why: reason})
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
			slog.ErrorContext(ctx, "something is wrong with the backups; the next try is in an hour", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// turn removes the backups that are too old, and makes one if one is due. After an error it does nothing for an hour.
func (b *backups) turn(ctx context.Context) error {
	now := b.now()
	if now.Before(b.rest) {
		return nil
	}
	err := b.work(ctx, now)
	if err != nil {
		b.rest = now.Add(restAfterFailure)
	}
	return err
}

func (b *backups) work(ctx context.Context, now time.Time) error {
	name := backup.Name(now)
	names, err := b.names()
	if err != nil {
		return b.fail(ctx, name, err)
	}
	// What must go goes first: the new backup may need its room.
	err = errors.Join(files.Sweep(b.dir, backup.Own), b.expire(names, now))
	newest := backup.Newest(names)
	if due := backup.Due(now, b.clock); newest.Before(due) && (b.quiet() || now.Sub(due) > patienceForQuiet) {
		if e := b.make(ctx, filepath.Join(b.dir, name)); e != nil {
			err = errors.Join(err, b.fail(ctx, name, e))
		} else {
			b.failing, newest = false, now
			err = errors.Join(err, b.expire(append(names, name), now))
		}
		err = errors.Join(err, b.note(ctx))
	}
	if !newest.IsZero() {
		b.newest.Store(newest.Unix())
	}
	return err
}

// fail returns why no backup was made. The first failure after a success gets into the audit, too.
func (b *backups) fail(ctx context.Context, name string, why error) error {
	if b.failing || ctx.Err() != nil {
		return why
	}
	b.failing = true
	return errors.Join(why, b.failed(ctx, name, why))
}

// expire removes those of the named backups that are too old.
func (b *backups) expire(names []string, now time.Time) (err error) {
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

// note writes the list of whose data are erased beside the backups, which may have them still. What is in the list already stays:
// the database may be one that was restored, and does not know of everybody.
func (b *backups) note(ctx context.Context) error {
	if b == nil {
		return nil
	}
	b.noting.Lock()
	defer b.noting.Unlock()
	path := filepath.Join(b.dir, erasedFile)
	before, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	var known bytes.Buffer
	if err == nil {
		err = b.list(ctx, &known)
	}
	if err == nil {
		err = files.Write(path, 0o600, func(out io.Writer) error {
			_, err := out.Write(eachLine(before, known.Bytes()))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("list of erasures beside the backups: %w", err)
	}
	return nil
}

// eachLine returns the lines of some texts, each line once.
func eachLine(texts ...[]byte) []byte {
	var all []byte
	seen := map[string]bool{"": true}
	for _, text := range texts {
		for line := range bytes.Lines(text) {
			if line = bytes.TrimRight(line, "\r\n"); !seen[string(line)] {
				seen[string(line)] = true
				all = append(append(all, line...), '\n')
			}
		}
	}
	return all
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
