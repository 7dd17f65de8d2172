package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"vmstudy/analysis"
	"vmstudy/internal/webtest"
	"vmstudy/postgres"
	"vmstudy/studytest"
	"vmstudy/web"
)

// healthLimit is how long an answer about the server's health may take here: its own three seconds, and what a busy computer
// adds.
const healthLimit = 6 * time.Second

// watched returns the pages of a server with these checks.
func watched(t *testing.T, checks []web.Check) http.Handler {
	t.Helper()
	l := webtest.NewLab(t)
	l.Serve(func(c *web.Config) { c.Checks = checks })
	return l.Handler
}

// asked returns the status and the text of a page about the server's health, and fails if it takes too long.
func asked(t *testing.T, pages http.Handler, path string) (int, string) {
	t.Helper()
	began, answer := time.Now(), httptest.NewRecorder()
	pages.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
	if took := time.Since(began); took > healthLimit {
		t.Errorf("%s answered after %v, want it within %v", path, took, healthLimit)
	}
	return answer.Code, answer.Body.String()
}

// clusterProcesses returns the processes of the database in a data directory, its first one first.
func clusterProcesses(t *testing.T, c Config) (all []int) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.postgresDir(), "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	children, err := os.ReadFile("/proc/" + first + "/task/" + first + "/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append([]string{first}, strings.Fields(string(children))...) {
		pid, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pid)
	}
	return all
}

func TestADatabaseThatIsStoppedIsToldInTime(t *testing.T) {
	studytest.Need(t, "postgres")
	c := Config{Data: openData(t)}
	err := withOwnDatabase(t.Context(), c, func(db *postgres.DB, owner *postgres.Owner) error {
		h := &house{cfg: c, db: db, owner: owner}
		pages := watched(t, h.checks())
		if code, text := asked(t, pages, "/healthz"); code != http.StatusOK {
			t.Fatalf("before: %d %q", code, text)
		}
		processes := clusterProcesses(t, c)
		signal := func(s syscall.Signal) {
			for _, pid := range processes {
				_ = syscall.Kill(pid, s) // one of them may have ended
			}
		}
		signal(syscall.SIGSTOP)
		defer signal(syscall.SIGCONT)
		for range 2 { // the second finds the connections as the first left them
			if code, text := asked(t, pages, "/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(text, "the database does not answer\n") {
				t.Errorf("/readyz while the database is stopped: %d %q", code, text)
			}
			if code, text := asked(t, pages, "/healthz"); code != http.StatusOK {
				t.Errorf("/healthz within a minute: %d %q, want no restart", code, text)
			}
		}
		signal(syscall.SIGCONT)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for code, text := asked(t, pages, "/readyz"); strings.Contains(text, "database"); code, text = asked(t, pages, "/readyz") {
			if ctx.Err() != nil {
				t.Fatalf("after the database went on: %d %q", code, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestABusyServerIsNotRestarted takes every connection of the pages, and lets another server take the database.
func TestABusyServerIsNotRestarted(t *testing.T) {
	studytest.Need(t, "postgres")
	first, _ := oneDatabase(t)
	must(t, withOwnDatabase(t.Context(), first, func(db *postgres.DB, _ *postgres.Owner) error {
		id, err := db.CreateStudy(t.Context(), 0, studytest.Design(), studytest.Noon)
		must(t, err)
		lock, err := pgx.Connect(t.Context(), first.DatabaseURL)
		must(t, err)
		defer lock.Close(context.WithoutCancel(t.Context()))
		_, err = lock.Exec(t.Context(), "BEGIN; LOCK TABLE study IN ACCESS EXCLUSIVE MODE")
		must(t, err)
		reading, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		defer all.Wait()
		defer stop()
		for range 40 {
			all.Go(func() { _, _ = db.Study(reading, id) })
		}
		for busy, most := 0, 1; busy < most; {
			busy, _, most = db.Connections()
		}
		h := &house{cfg: first, db: db, owner: &postgres.Owner{}} // an owner that has lost its connection
		pages := watched(t, h.checks())
		if code, text := asked(t, pages, "/healthz"); code != http.StatusOK {
			t.Errorf("/healthz: %d %q", code, text)
		}
		if code, text := asked(t, pages, "/readyz"); code != http.StatusServiceUnavailable {
			t.Errorf("/readyz: %d %q", code, text)
		}
		return nil
	}))
}

func TestADatabaseMayBeSilentForAMinute(t *testing.T) {
	gone := errors.New("gone")
	var s silence
	for _, step := range []struct {
		at   time.Duration
		err  error
		want bool // whether the server is well
	}{
		{0, nil, true},
		{time.Hour, gone, true},
		{time.Hour + 59*time.Second, gone, true},
		{time.Hour + time.Minute, gone, false},
		{time.Hour + 2*time.Minute, nil, true},
		{time.Hour + 3*time.Minute, gone, true},
		{time.Hour + 4*time.Minute, gone, false},
	} {
		if err := s.heard(step.err, studytest.Noon.Add(step.at)); (err == nil) != step.want {
			t.Errorf("after %v with %v: %v, want it well: %v", step.at, step.err, err, step.want)
		}
	}
}

func TestADiskIsFullBeforeTheDatabaseHasNoRoom(t *testing.T) {
	studytest.Need(t, "root") // who alone can mount a disk of a chosen size
	for name, tt := range map[string]struct {
		size int64 // of the disk, in bytes
		want bool  // whether it has room
	}{
		"just what is kept free":       {diskReserve, true},
		"a page less":                  {diskReserve - int64(os.Getpagesize()), false},
		"many times what is kept free": {8 * diskReserve, true},
		"almost nothing":               {1 << 20, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.FormatInt(tt.size, 10)); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
			h := &house{cfg: Config{Data: dir}}
			pages := watched(t, h.checks()[2:]) // without the database
			_, text := asked(t, pages, "/readyz")
			if got := !strings.Contains(text, "the disk is almost full\n"); got != tt.want {
				t.Errorf("/readyz says %q, want room: %v", text, tt.want)
			}
			if code, text := asked(t, pages, "/healthz"); code != http.StatusOK {
				t.Errorf("/healthz: %d %q, want it to go on: what is stored can be read", code, text)
			}
		})
	}
}

// TestManyResultsLeaveThePagesTheirConnections begins to read more results than there are connections, while the database can
// give none of them.
func TestManyResultsLeaveThePagesTheirConnections(t *testing.T) {
	studytest.Need(t, "postgres")
	first, _ := oneDatabase(t)
	err := withOwnDatabase(t.Context(), first, func(db *postgres.DB, _ *postgres.Owner) error {
		return stalledResults(t, first.DatabaseURL, db)
	})
	if err != nil {
		t.Error(err)
	}
}

func stalledResults(t *testing.T, url string, db *postgres.DB) error {
	t.Helper()
	ctx := t.Context()
	id, err := db.CreateStudy(ctx, 0, studytest.Design(), studytest.Noon)
	if err != nil {
		return err
	}
	v, err := db.Publish(ctx, id, 0, studytest.Noon)
	if err != nil {
		return err
	}
	lock, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer lock.Close(ctx)
	if _, err := lock.Exec(ctx, "BEGIN; LOCK TABLE rating IN ACCESS EXCLUSIVE MODE"); err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for range 18 {
		all.Go(func() { _, _ = findings{db}.Find(reading, analysis.Filter{Study: id}, v) })
	}
	// Every one that can wait for the lock does.
	for waiting := 0; waiting < 8; {
		if err := lock.QueryRow(ctx, "SELECT count(*) FROM pg_locks WHERE relation = 'rating'::regclass AND NOT granted").Scan(&waiting); err != nil {
			return err
		}
	}
	for range 200 { // meanwhile others that wait for a connection would take those of the pages
		quick, cancel := context.WithTimeout(ctx, 5*time.Second)
		_, err := db.Study(quick, id)
		cancel()
		if err != nil {
			return fmt.Errorf("a page beside stalled results: %w", err)
		}
	}
	return nil
}
