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
// start of a server does what is asked for before it serves anything. Who is not in the database came after the backup. A line that is older than the participant of its
// number is about another person: numbers run again from where a restored backup ends. Such lines are returned, too. If one is wrong, nobody's wish is recorded.
func eraseAgain(ctx context.Context, db *postgres.DB, list []erasure) (n int, older []erasure, err error) {
	again := map[study.ParticipantID]bool{}
	var todo []erasure
	for _, e := range list {
		code, added, err := db.CodeOf(ctx, e.participant)
		switch {
		case errors.Is(err, study.ErrNotFound):
		case err != nil:
			return 0, nil, err
		case e.asked.Before(added):
			older = append(older, e)
		case code != e.code:
			return 0, nil, study.Refuse(study.ErrConflict, "participant %d is %s in the backup and %s in the list of who was erased: the list belongs to another database", e.participant, code, e.code)
		case !again[e.participant]:
			again[e.participant] = true
			todo = append(todo, e)
		}
	}
	for _, e := range todo {
		ctx := audit.During(ctx, audit.Act{Who: operator(), At: e.asked, What: func() (string, string, string) {
			return "restore erasure", "participant " + e.code, ""
		}})
		if err := db.Withdraw(ctx, e.participant, study.Withdrawal{Erase: true, At: e.asked}); err != nil {
			return 0, nil, err
		}
	}
	return len(todo), older, nil
}
