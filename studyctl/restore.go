package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"vmstudy/files"
	"vmstudy/postgres"
	"vmstudy/postgres/embedded"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studyctl/backup"
	"vmstudy/studyctl/cli"
)

type restoreCmd struct {
	File           string   `arg:"" help:"The backup to restore." type:"path"`
	Check          bool     `help:"Only read the whole backup, and say whether it is in order. Nothing is written."`
	Identity       []string `help:"File with a key of age that opens the backup, as age-keygen writes it. May be given several times." type:"path" placeholder:"FILE"`
	PassphraseFile string   `help:"File whose first line is the passphrase that opens the backup." type:"path"`
	Erased         string   `help:"List of those whose data were erased after the backup was made, as 'studyctl erased' prints it, and as it lies beside a server's own backups. They are erased again." type:"path" placeholder:"FILE"`
}

// Run restores into an empty data directory, or into an empty database and a data directory without the files of a laboratory.
func (cmd restoreCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	keys, err := backup.Identities(cmd.Identity, cmd.PassphraseFile)
	if err != nil {
		return err
	}
	in, err := os.Open(cmd.File)
	if err != nil {
		return study.Refuse(study.ErrNotFound, "the backup cannot be read: %v", err)
	}
	defer in.Close()
	if cmd.Check {
		found, err := backup.Check(in, keys)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(t.Out, "The backup is in order: %s\n%s", contents(found), headSentence(found.Head))
		return err
	}
	var again []erasure
	if cmd.Erased != "" {
		if again, err = readErasures(cmd.Erased); err != nil {
			return err
		}
	}
	release, err := c.claimData()
	if err != nil {
		return err
	}
	defer release()
	r := restoring{cfg: c, dir: c.restoringDir(), erased: again}
	found, err := r.run(ctx, in, keys)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.Out, "Restored into %s: %s\n%sErasures that were asked for again: %d. Whoever had their data erased after the backup and is not among them is back: see docs/operating.md.\n",
		c.Data, contents(found), headSentence(found.Head), r.again)
	for _, e := range r.older {
		fmt.Fprintf(t.Out, "Passed over: participant %d (%s), erased at %s. Whoever has that number in the backup was added later.\n", e.participant, e.code, e.asked.UTC().Format(time.RFC3339))
	}
	_, err = fmt.Fprintln(t.Out, undone)
	return err
}

// undone says what else a restore takes back.
const undone = "Everything else is as it was then, too. What was done since has to be done again: links that were revoked work, accounts that were disabled can sign in, " +
	"passwords that were changed are the old ones, roles that were taken away are back, and so are those who withdrew and let what they gave be kept, and those who were excluded. " +
	"Everybody signs in anew, and invitations that nobody had used are gone."

// restoringDir is where a backup is unpacked, until everything is in its place.
func (c Config) restoringDir() string { return filepath.Join(c.Data, "restoring") }

// restoring brings one backup into a data directory.
type restoring struct {
	cfg    Config
	dir    string    // where it is unpacked
	erased []erasure // to be done again
	again  int       // how many of them were asked for
	older  []erasure // erasures whose participant number now belongs to somebody else
}

// run restores. Until the last step, nothing is at its place, or the database is marked as not whole; a restore that was cut off is
// begun anew by the next one.
func (r *restoring) run(ctx context.Context, in io.Reader, keys []age.Identity) (found backup.Contents, err error) {
	if err := r.mustBeEmpty(ctx); err != nil {
		return found, err
	}
	if err := os.Mkdir(r.dir, 0o711); errors.Is(err, os.ErrExist) { // what a restore has left is gone since claimData
		return found, study.Refuse(study.ErrConflict, "%s has files that no restore has made: move them away", r.dir)
	} else if err != nil {
		return found, fmt.Errorf("restore: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.dir)) }()
	// The server's user of the database must be able to reach what is in it.
	if err := os.Chmod(r.dir, 0o711); err != nil {
		return found, fmt.Errorf("restore: %w", err)
	}
	if found, err = backup.Unpack(in, keys, r.dir); err != nil {
		return found, err
	}
	if err := r.filesFit(); err != nil {
		return found, err
	}
	if r.cfg.DatabaseURL != "" {
		return found, r.intoDatabase(ctx, found.Header)
	}
	if err := r.intoCluster(ctx, found.Header); err != nil {
		return found, fmt.Errorf("restore the database: %w", err)
	}
	return found, r.place()
}

// mustBeEmpty refuses to restore over a laboratory.
func (r *restoring) mustBeEmpty(ctx context.Context) error {
	if r.cfg.DatabaseURL == "" {
		if _, err := os.Lstat(r.cfg.postgresDir()); err == nil {
			return study.Refuse(study.ErrConflict, "%s has a database already, and a restore must not replace one: choose an empty directory with --data", r.cfg.Data)
		}
		return nil
	}
	vacant, err := postgres.Vacant(ctx, r.cfg.DatabaseURL)
	if err == nil && !vacant {
		err = study.Refuse(study.ErrConflict, "the database that DATABASE_URL names has tables already, and a restore must not replace them: make an empty one")
	}
	return err
}

func (r *restoring) unpacked() string { return filepath.Join(r.dir, "files") }

// filesFit refuses if a part of the data directory is in the backup and there already.
func (r *restoring) filesFit() error {
	parts, err := r.parts()
	for _, name := range parts {
		there, readErr := os.ReadDir(filepath.Join(r.cfg.Data, name))
		if readErr == nil && len(there) > 0 {
			return study.Refuse(study.ErrConflict, "%s is not empty, and a restore must not replace what is there: choose an empty directory with --data", filepath.Join(r.cfg.Data, name))
		}
	}
	return err
}

// parts names what is unpacked.
func (r *restoring) parts() (names []string, err error) {
	entries, err := os.ReadDir(r.unpacked())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

// intoCluster fills a database of our own, which is not at its place yet.
func (r *restoring) intoCluster(ctx context.Context, h backup.Header) error {
	cluster, err := embedded.Start(ctx, embedded.Config{Dir: r.pg(), Log: io.Discard})
	if err != nil {
		return err
	}
	err = r.fill(ctx, cluster.URL(databaseName), h)
	return errors.Join(err, cluster.Stop(context.WithoutCancel(ctx)))
}

func (r *restoring) pg() string { return filepath.Join(r.dir, "pg") }

// intoDatabase fills the database that DATABASE_URL names and puts the files in their places. It is marked as not whole meanwhile.
func (r *restoring) intoDatabase(ctx context.Context, h backup.Header) error {
	url := r.cfg.DatabaseURL
	owner, err := postgres.Own(ctx, url, processName())
	if err != nil {
		return fmt.Errorf("restore the database: %w", err)
	}
	defer owner.Close()
	err = postgres.BeginRestore(ctx, url)
	if err == nil {
		err = r.fill(ctx, url, h)
	}
	if err != nil {
		return fmt.Errorf("restore the database: %w", err)
	}
	if err := r.place(); err != nil {
		return err
	}
	return postgres.EndRestore(ctx, url)
}

// fill fills a database and brings it to this program's shape.
func (r *restoring) fill(ctx context.Context, url string, h backup.Header) (err error) {
	var head audit.Head
	if h.Head != "" {
		if head, err = audit.ParseHead(h.Head); err != nil {
			return err
		}
	}
	if err := postgres.Load(ctx, url, filepath.Join(r.dir, "database"), h.Rows, head); err != nil {
		return err
	}
	if err := postgres.MigrateRestored(ctx, url); err != nil {
		return err
	}
	return onDatabase(ctx, url, func(db *postgres.DB) error {
		if _, err := audit.Check(db.Trail(ctx)); err != nil {
			return err
		}
		if r.again, r.older, err = eraseAgain(ctx, db, r.erased); err != nil {
			return err
		}
		_, err := db.Record(audit.Silent(ctx), audit.Entry{At: time.Now(), Who: operator(), Action: "restore", About: "backup of " + h.At.UTC().Format(time.RFC3339), Why: h.Head})
		return err
	})
}

// place moves everything to its place, the database last: a server that finds none begins with an empty one.
func (r *restoring) place() error {
	parts, err := r.parts()
	if err != nil {
		return err
	}
	for _, name := range parts {
		to := filepath.Join(r.cfg.Data, name)
		_ = os.Remove(to) // an empty directory; if it is not, the next line fails
		if err := os.Rename(filepath.Join(r.unpacked(), name), to); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	if r.cfg.DatabaseURL == "" {
		if err := os.Rename(r.pg(), r.cfg.postgresDir()); err != nil {
			return fmt.Errorf("restore: %w", err)
		}
	}
	return files.SyncDir(r.cfg.Data)
}
