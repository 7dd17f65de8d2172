package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"vmstudy/postgres"
	"vmstudy/studytest"
)

func TestADatabaseThatIsKilledComesBack(t *testing.T) {
	studytest.Need(t, "postgres")
	data, err := os.MkdirTemp("", "vmstudy-database-") // the database's user must reach it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	if err := os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	c := Config{Data: data}
	err = withDatabase(t.Context(), c, func(db *postgres.DB, _ string) error {
		text, err := os.ReadFile(filepath.Join(c.postgresDir(), "data", "postmaster.pid"))
		if err != nil {
			return err
		}
		first, _, _ := strings.Cut(string(text), "\n")
		pid, err := strconv.Atoi(first)
		if err != nil {
			return err
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return err
		}
		_, err = db.Studies(t.Context()) // waits for a server that comes back
		return err
	})
	if err != nil {
		t.Errorf("after the database was killed: %v", err)
	}
}
