package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studyctl/cli"
)

type erasedCmd struct{}

// Run lists whose data were erased.
func (erasedCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	return withDatabase(ctx, c, func(db *postgres.DB) error { return writeErasures(ctx, db, t.Out) })
}

// erasure is somebody's wish to have what they gave erased. It names nobody: only who has the database, or an older copy of it, knows whose
// the number and the code are.
type erasure struct {
	participant study.ParticipantID
	code        string
	asked       time.Time
}

// erasureColumns is the first line of a list.
var erasureColumns = []string{"participant", "code", "asked_at"}

func writeErasures(ctx context.Context, db *postgres.DB, out io.Writer) error {
	all, err := db.Tombstones(ctx)
	if err != nil {
		return err
	}
	w := csv.NewWriter(out)
	if err := w.Write(erasureColumns); err != nil {
		return err
	}
	for _, t := range all {
		if err := w.Write([]string{strconv.FormatInt(int64(t.Participant), 10), t.Code, t.AskedAt.UTC().Format(time.RFC3339Nano)}); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

// readErasures reads what writeErasures writes.
func readErasures(path string) ([]erasure, error) {
	bad := func(err error) error {
		return fmt.Errorf("%w: %w", study.Refuse(study.ErrInvalid, "%s is no list as 'studyctl erased' prints it: %v", path, err), err)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, bad(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, bad(err)
	}
	if len(rows) == 0 || len(rows[0]) != len(erasureColumns) || rows[0][0] != erasureColumns[0] {
		return nil, bad(errors.New("its first line is another"))
	}
	var all []erasure
	for _, row := range rows[1:] {
		id, err := strconv.ParseInt(row[0], 10, 64)
		at, timeErr := time.Parse(time.RFC3339Nano, row[2])
		if err := errors.Join(err, timeErr); err != nil {
			return nil, bad(err)
		}
		all = append(all, erasure{study.ParticipantID(id), row[1], at})
	}
	return all, nil
}

// eraseAgain puts the wish to erase on record of everybody in the list who is in the database, and returns how many they are. The next
// start of a server does what is asked for before it serves anything. Who is not in the database came after the backup.
func eraseAgain(ctx context.Context, db *postgres.DB, list []erasure) (n int, err error) {
	for _, e := range list {
		code, err := db.CodeOf(ctx, e.participant)
		if errors.Is(err, study.ErrNotFound) {
			continue
		}
		if err != nil {
			return n, err
		}
		if code != e.code {
			return n, study.Refuse(study.ErrConflict, "participant %d is %s in the backup and %s in the list of who was erased: the list belongs to another database", e.participant, code, e.code)
		}
		ctx := audit.During(ctx, audit.Act{Who: operator(), At: e.asked, What: func() (string, string, string) {
			return "restore erasure", "participant " + code, ""
		}})
		if err := db.Withdraw(ctx, e.participant, study.Withdrawal{Erase: true, At: e.asked}); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
