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
	c := Config{Data: openData(t)}
	err := withDatabase(t.Context(), c, func(db *postgres.DB) error {
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
		_, err = db.Studies(t.Context()) // waits until the database runs again
		return err
	})
	if err != nil {
		t.Errorf("after the database was killed: %v", err)
	}
}
