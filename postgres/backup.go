package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/postgres/embedded"
	"vmstudy/study"
	"vmstudy/study/audit"
)

// A State is the database at one moment, as a backup has it. People may work on meanwhile. It must be closed.
//
// PostgreSQL's own pg_dump reads it. It writes tables, constraints and triggers with their rows, in an order in which they can be made
// again, also by a newer major version of PostgreSQL; whatever a migration brings is in it without anybody thinking of it.
type State struct {
	At      time.Time
	Server  string           // PostgreSQL's version, as in "15.18"
	Head    audit.Head       // zero if the audit is empty, or of an older shape
	Rows    map[string]int64 // of every table
	url, id string           // id is that of the snapshot
	tool    string           // the path of pg_dump
	conn    *pgx.Conn
}

// ReadState returns the state in which the database at url is now. It works on databases of any shape.
func ReadState(ctx context.Context, url string) (*State, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("read a state of the database: %w", explain(err))
	}
	s := &State{url: url, conn: conn}
	if err := s.read(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("read a state of the database: %w", explain(err))
	}
	return s, nil
}

// Close ends the reading. The connection rolls its transaction back.
func (s *State) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	_ = s.conn.Close(ctx)
}

// ownTables are the tables of the database, of whatever shape.
const ownTables = `SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY 1`

// numberedAudit says whether the audit is a chain already.
const numberedAudit = `
	SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('audit') AND attname = 'sum' AND NOT attisdropped)`

func (s *State) read(ctx context.Context) error {
	tx, err := s.conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	var chained bool
	err = errors.Join(
		tx.QueryRow(ctx, `SELECT pg_export_snapshot(), now(), current_setting('server_version')`).Scan(&s.id, &s.At, &s.Server),
		tx.QueryRow(ctx, numberedAudit).Scan(&chained))
	if err != nil {
		return err
	}
	s.Server, _, _ = strings.Cut(s.Server, " ")
	if s.tool, err = tool(s.Server, "pg_dump"); err != nil {
		return err
	}
	if chained {
		if s.Head, _, err = last(ctx, tx); err != nil {
			return err
		}
	}
	s.Rows, err = countRows(ctx, tx)
	return err
}

// countRows returns how many rows each table has.
func countRows(ctx context.Context, tx pgx.Tx) (map[string]int64, error) {
	rows, _ := tx.Query(ctx, ownTables)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	all := map[string]int64{}
	for _, name := range names {
		if all[name], err = queryValue[int64](ctx, tx, `SELECT count(*) FROM `+pgx.Identifier{name}.Sanitize()); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// lockWait is for how long pg_dump waits for somebody who changes tables, as a migration or Scrub does.
const lockWait = "--lock-wait-timeout=60000"

// Dump writes the state in pg_dump's custom format, not compressed.
func (s *State) Dump(ctx context.Context, w io.Writer) error {
	cmd, err := client(ctx, s.tool, s.url, "--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--snapshot="+s.id, lockWait)
	if err != nil {
		return err
	}
	cmd.Stdout = w
	return runClient(cmd)
}

// Load fills the empty database at url with what Dump has written into a file, all or nothing. It signs everybody out, revokes tokens and removes
// invitations that nobody has used: a login or a token that ended, or a link that was used, after the state was read must not come back. It returns an error if the rows of a table are not as many as rows says, or if
// the audit does not end with head.
func Load(ctx context.Context, url, file string, rows map[string]int64, head audit.Head) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("fill the database: %w", explain(err))
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var server string
	if err := conn.QueryRow(ctx, `SELECT current_setting('server_version')`).Scan(&server); err != nil {
		return fmt.Errorf("fill the database: %w", explain(err))
	}
	path, err := tool(server, "pg_restore")
	if err != nil {
		return err
	}
	cmd, err := client(ctx, path, url, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
	if err != nil {
		return err
	}
	cmd.Args = append(cmd.Args, file)
	if err := runClient(cmd); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := compareRows(ctx, tx, rows); err != nil {
			return err
		}
		if head.Number > 0 {
			if found, _, err := last(ctx, tx); err != nil || found != head {
				return errors.Join(err, fmt.Errorf("the audit ends with entry %s, want %s: %w", found, head, study.ErrInvalid))
			}
		}
		return dropSecrets(ctx, tx, rows)
	})
}

// dropSecrets removes what would let somebody in again, from those of the tables that are there.
func dropSecrets(ctx context.Context, tx pgx.Tx, tables map[string]int64) error {
	for table, drop := range map[string]string{
		"login":      `DELETE FROM login`,
		"invitation": `DELETE FROM invitation WHERE used_at IS NULL`,
		"token":      `UPDATE token SET revoked_at = now() WHERE revoked_at IS NULL`,
	} {
		if _, there := tables[table]; !there {
			continue
		}
		if _, err := tx.Exec(ctx, drop); err != nil {
			return err
		}
	}
	return nil
}

func compareRows(ctx context.Context, tx pgx.Tx, want map[string]int64) error {
	got, err := countRows(ctx, tx)
	if err != nil {
		return err
	}
	for name, n := range want {
		if got[name] != n {
			return fmt.Errorf("table %s has %d rows, want %d: %w", name, got[name], n, study.ErrInvalid)
		}
	}
	return nil
}

// tool returns the path of one of PostgreSQL's programs for clients. They belong to the same major version as the server, or else are
// the best that are installed.
func tool(server, name string) (string, error) {
	major, _, _ := strings.Cut(server, ".")
	found, err := embedded.Find(major)
	if err != nil {
		found, err = embedded.Find("")
	}
	if err == nil {
		if path := filepath.Join(found.Dir, name); exec.Command(path, "--version").Run() == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", study.Refuse(study.ErrNotFound, "%s is not installed: install the Debian package postgresql-client-%s", name, major)
	}
	return path, nil
}

// passwordWord is the password among libpq's keyword=value words.
var passwordWord = regexp.MustCompile(`password\s*=\s*('(\\.|[^'\\])*'|\S*)`)

// client returns one of PostgreSQL's programs, told to work on the database at address. The password is not among the
// arguments, which every user of the computer can read.
func client(ctx context.Context, path, address string, args ...string) (*exec.Cmd, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	if u, err := url.Parse(address); err == nil && u.Scheme != "" {
		if u.User != nil {
			u.User = url.User(u.User.Username())
		}
		q := u.Query()
		q.Del("password")
		u.RawQuery = embedded.Query(q)
		address = u.String()
	} else {
		address = passwordWord.ReplaceAllString(address, "")
	}
	cmd := exec.CommandContext(ctx, path, append(args, "--no-password", "--dbname="+address)...)
	cmd.Env = os.Environ()
	if config.Password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+config.Password)
	}
	return cmd, nil
}

// runClient runs a program of PostgreSQL. What it complains about is in the error.
func runClient(cmd *exec.Cmd) error {
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, strings.TrimSpace(complaint.String()))
	}
	return nil
}
