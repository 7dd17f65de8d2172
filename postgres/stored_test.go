package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"vmstudy/postgres/embedded/pgtest"
	"vmstudy/study"
)

// storedIn says, of each table that refers to participants, which kind of what is stored about them it has.
var storedIn = map[string]string{
	"participant": "code", "link": "code", "external_id": "names", "booking": "appointment", "address": "address", "mail": "mails", "session": "visit", "trial": "visit", "assignment": "visit", "chosen_group": "visit",
	"rating": "answers", "answer": "answers", "attempt": "tasks", "transition": "tasks", "interaction": "inputs", "batch": "inputs", "input_summary": "inputs",
	"preflight": "computer", "event": "events", "network_second": "network", "traffic_summary": "network", "recording": "recording", "ruling": "words", "trial_ruling": "words", "note": "words", "compensation": "compensation", "tombstone": "tombstone",
}

// elsewhere are the kinds that lie in no such table.
var elsewhere = map[string]bool{"traces": true, "audit": true, "browser": true}

func TestParticipantsAreToldOfEveryTable(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), pgtest.DB(t))
	must(t, err)
	defer conn.Close(t.Context())
	rows, _ := conn.Query(t.Context(), belongings)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	told := map[string]bool{}
	for _, kind := range study.AllStored() {
		told[kind.Name] = true
	}
	filled := map[string]bool{}
	for _, table := range tables {
		if kind := storedIn[table]; !told[kind] {
			t.Errorf("table %s refers to participants, and study.AllStored does not tell them (%q)", table, kind)
		}
		filled[storedIn[table]] = true
	}
	for kind := range told {
		if filled[kind] == elsewhere[kind] {
			t.Errorf("participants are told that %q is stored: a table has it: %v, it lies elsewhere: %v", kind, filled[kind], elsewhere[kind])
		}
	}
}
