package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studyctl/backup"
	"vmstudy/studytest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// inhabited returns a data directory in which somebody has worked, and the attempt that they made.
func inhabited(t *testing.T) (Config, study.Attempt) {
	t.Helper()
	studytest.Need(t, "postgres")
	c := Config{Data: openData(t)}
	var a study.Attempt
	must(t, withDatabase(t.Context(), c, func(db *postgres.DB) error {
		a = openedAttempt(t, db)
		must(t, db.SetPassword(t.Context(), "ada", "hash of a password"))
		ada, _, err := db.Experimenter(t.Context(), "ada")
		must(t, err)
		must(t, db.OpenLogin(t.Context(), ada.ID, "hash of a password", bytes.Repeat([]byte{7}, 32), time.Now().Add(time.Hour)))
		must(t, db.Invite(t.Context(), study.Invitation{TokenSHA256: bytes.Repeat([]byte{8}, 32), For: ada.ID, By: ada.ID, MadeAt: studytest.Noon, ExpiresAt: time.Now().Add(time.Hour)}))
		_, err = db.Record(t.Context(), audit.Entry{At: studytest.Noon, Who: "ada", Action: "view results"})
		return err
	}))
	for name, text := range map[string]string{
		fmt.Sprintf("recordings/%d.fbs.zst", a.ID):       "a screen",
		fmt.Sprintf("traces/content/session-%d.t", a.ID): "pages",
		"network-traces/own.trace":                       "1\n2\n",
		"appliances/demo/disk.img":                       "gigabytes",
		"store/pages":                                    "gigabytes again",
		"part-of-a-later-version/x":                      "not known today",
	} {
		path := filepath.Join(c.Data, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return c, a
}

// withAddress lets do use the address of a laboratory's database.
func withAddress(t *testing.T, c Config, do func(url string)) {
	t.Helper()
	url, stop, err := openDatabase(t.Context(), c)
	must(t, err)
	defer stop()
	do(url)
}

// allRows returns what is in every table, in an order of its own.
func allRows(t *testing.T, url string) map[string]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	rows, _ := conn.Query(t.Context(), `
		SELECT relname, CASE relkind WHEN 'r' THEN 'x' ELSE 'last_value' END FROM pg_class
		WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')`)
	what := map[string]string{}
	var name, column string
	_, err = pgx.ForEachRow(rows, []any{&name, &column}, func() error { what[name] = column; return nil })
	must(t, err)
	all := map[string]string{}
	for name, column := range what {
		var b bytes.Buffer
		sql := fmt.Sprintf(`COPY (SELECT %s::text FROM %s x ORDER BY 1) TO STDOUT`, column, pgx.Identifier{name}.Sanitize())
		_, err := conn.PgConn().CopyTo(t.Context(), &b, sql)
		must(t, err)
		all[name] = b.String()
	}
	return all
}

// filesOf returns the content of each file of a data directory outside the database.
func filesOf(t *testing.T, data string) map[string]string {
	t.Helper()
	all := map[string]string{}
	must(t, filepath.WalkDir(data, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(data, path)
		if e.IsDir() && (name == "pg" || name == "run") {
			return fs.SkipDir
		}
		if e.Type().IsRegular() {
			text, err := os.ReadFile(path)
			all[name] = string(text)
			return err
		}
		return nil
	}))
	return all
}

func TestARestoreBringsBackEveryRowAndEveryFile(t *testing.T) {
	c, _ := inhabited(t)
	dir := t.TempDir()
	file, secret := filepath.Join(dir, "lab.backup"), filepath.Join(dir, "secret")
	must(t, os.WriteFile(secret, []byte("correct horse battery staple\n"), 0o600))
	out, err := command(t, "backup", file, "--data", c.Data, "--passphrase-file", secret)
	must(t, err)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v (error %v), want it readable by its owner only", info.Mode(), err)
	}
	var there map[string]string
	withAddress(t, c, func(url string) { there = allRows(t, url) })
	checked, err := command(t, "restore", file, "--check", "--data", c.Data, "--passphrase-file", secret)
	must(t, err)
	to := Config{Data: openData(t)}
	restored, err := command(t, "restore", file, "--data", to.Data, "--passphrase-file", secret)
	must(t, err)

	want := filesOf(t, c.Data)
	delete(want, "appliances/demo/disk.img")
	delete(want, "store/pages")
	if diff := cmp.Diff(want, filesOf(t, to.Data)); diff != "" {
		t.Errorf("files (-there +restored):\n%s", diff)
	}
	withAddress(t, to, func(url string) {
		back := allRows(t, url)
		if back["login"] != "" {
			t.Error("somebody is still signed in")
		}
		if back["invitation"] != "" || there["invitation"] == "" {
			t.Errorf("invitations were %q and are %q, want none that nobody has used", there["invitation"], back["invitation"])
		}
		if !strings.HasPrefix(back["audit"], there["audit"]) || strings.Count(back["audit"], "\n") != strings.Count(there["audit"], "\n")+1 || !strings.Contains(back["audit"], "restore") {
			t.Errorf("the audit was\n%s\nand is\n%s\nwant one entry more, about the restore", there["audit"], back["audit"])
		}
		for _, name := range []string{"login", "invitation", "audit", "audit_id_seq"} {
			delete(there, name)
			delete(back, name)
		}
		if diff := cmp.Diff(there, back); diff != "" || len(there) < 20 {
			t.Errorf("%d tables (-there +restored):\n%s", len(there), diff)
		}
	})
	if !strings.Contains(restored, "accounts that were disabled can sign in") {
		t.Errorf("the restore says %q, want what else it has taken back", restored)
	}
	verified, err := command(t, "audit", "verify", "--data", to.Data, "--head", headIn(t, out))
	must(t, err)
	for name, text := range map[string]string{"a check": checked, "a restore": restored} {
		if headIn(t, text) != headIn(t, out) {
			t.Errorf("%s says %q, want the head of the backup, which said %q", name, text, out)
		}
	}
	if !strings.Contains(verified, "was not altered") {
		t.Errorf("the audit after the restore: %s", verified)
	}
}

// headIn returns the head of the audit in what a command prints.
func headIn(t *testing.T, out string) string {
	t.Helper()
	_, rest, found := strings.Cut(out, "ends with entry ")
	if !found {
		t.Fatalf("no head in %q", out)
	}
	head, _, _ := strings.Cut(rest, "\n")
	return head
}

// TestABackupIsOneMomentWhilePeopleWork makes one while rows of two tables are written that must agree.
func TestABackupIsOneMomentWhilePeopleWork(t *testing.T) {
	c, a := inhabited(t)
	file := filepath.Join(t.TempDir(), "lab.backup")
	must(t, withDatabase(t.Context(), c, func(db *postgres.DB) error {
		x, err := db.OpenSessions(t.Context(), studytest.Noon, studytest.Noon)
		must(t, err)
		ctx, stop := context.WithCancel(t.Context())
		worked, begun := make(chan error, 1), make(chan struct{})
		go func() {
			for n := 0; ; n++ {
				// An event and its entry in the audit are one transaction.
				during := audit.During(context.WithoutCancel(ctx), audit.Act{Who: "ada", At: studytest.Noon, What: func() (string, string, string) { return "note", "", "" }})
				if err := db.RecordEvent(during, study.Event{Session: x[0].ID, Attempt: a.ID, Kind: study.NoteSent, At: studytest.Noon, Detail: "x"}); err != nil || ctx.Err() != nil {
					worked <- err
					return
				}
				if n == 3 {
					close(begun)
				}
			}
		}()
		<-begun
		_, err = command(t, "backup", file, "--data", c.Data)
		stop()
		return errors.Join(err, <-worked)
	}))
	to := Config{Data: openData(t)}
	_, err := command(t, "restore", file, "--data", to.Data)
	must(t, err)
	withAddress(t, to, func(url string) {
		rows := allRows(t, url)
		notes, entries := strings.Count(rows["event"], "note"), strings.Count(rows["audit"], ",note,")
		if notes != entries || notes < 4 {
			t.Errorf("%d notes and %d entries about them, want as many, of the moment of the backup", notes, entries)
		}
	})
}

func TestABackupOfAnOlderVersionIsBroughtToThisShape(t *testing.T) {
	studytest.Need(t, "postgres")
	dump, err := os.ReadFile("../postgres/testdata/shape16/dump.sql")
	must(t, err)
	old := Config{Data: openData(t)}
	file := filepath.Join(t.TempDir(), "old.backup")
	withAddress(t, old, func(url string) {
		conn, err := pgx.Connect(t.Context(), url)
		must(t, err)
		_, err = conn.PgConn().Exec(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public; "+string(dump)).ReadAll()
		must(t, err)
		must(t, conn.Close(t.Context()))
		before := allRows(t, url)
		_, err = backing{cfg: old, url: url, who: "test"}.write(t.Context(), file)
		must(t, err)
		if diff := cmp.Diff(before, allRows(t, url)); diff != "" {
			t.Errorf("a backup changed the older database:\n%s", diff)
		}
	})
	to := Config{Data: openData(t)}
	_, err = command(t, "restore", file, "--data", to.Data)
	must(t, err)
	must(t, withDatabase(t.Context(), to, func(db *postgres.DB) error {
		all, err := db.Studies(t.Context())
		if len(all) != 1 {
			t.Errorf("%d studies, want the one of the older version", len(all))
		}
		return err
	}))
}

func TestARestoreReplacesNothing(t *testing.T) {
	c, _ := inhabited(t)
	file := filepath.Join(t.TempDir(), "lab.backup")
	_, err := command(t, "backup", file, "--data", c.Data)
	must(t, err)
	half := Config{Data: openData(t)}
	must(t, os.MkdirAll(half.recordingsDir(), 0o755))
	must(t, os.WriteFile(filepath.Join(half.recordingsDir(), "7.fbs.zst"), []byte("mine"), 0o600))
	damaged := filepath.Join(t.TempDir(), "damaged.backup")
	whole, err := os.ReadFile(file)
	must(t, err)
	must(t, os.WriteFile(damaged, whole[:len(whole)/2], 0o600))
	fresh := Config{Data: openData(t)}
	for name, test := range map[string]struct {
		args []string
		say  string
	}{
		"over a laboratory":           {[]string{"restore", file, "--data", c.Data}, "has a database already"},
		"over recordings":             {[]string{"restore", file, "--data", half.Data}, "recordings is not empty"},
		"of half a backup":            {[]string{"restore", damaged, "--data", fresh.Data}, "Nothing of it was restored"},
		"of another file":             {[]string{"restore", "backup_test.go", "--data", fresh.Data}, "no backup of studyctl"},
		"of nothing":                  {[]string{"restore", "nowhere", "--data", fresh.Data}, "cannot be read"},
		"a backup over another":       {[]string{"backup", file, "--data", c.Data}, "exists already"},
		"a backup into what it saves": {[]string{"backup", filepath.Join(c.Data, "recordings", "x"), "--data", c.Data}, "outside"},
	} {
		before := filesOf(t, half.Data)
		if _, err := command(t, test.args...); !strings.Contains(study.Sentence(err), test.say) {
			t.Errorf("%s: %v, want %q", name, err, test.say)
		}
		if diff := cmp.Diff(before, filesOf(t, half.Data)); diff != "" {
			t.Errorf("%s changed files:\n%s", name, diff)
		}
	}
	if left, err := os.ReadDir(fresh.Data); err != nil || len(left) != 2 { // the empty directories of the appliances and of what runs
		t.Errorf("refused restores left %v (error %v)", left, err)
	}
	_, err = command(t, "restore", file, "--data", fresh.Data)
	must(t, err)
}

// A database of one's own takes a restore, too; and it is refused where it has tables.
func TestARestoreFillsADatabaseOfOnesOwn(t *testing.T) {
	c, _ := inhabited(t)
	file := filepath.Join(t.TempDir(), "lab.backup")
	_, err := command(t, "backup", file, "--data", c.Data)
	must(t, err)
	own, _ := oneDatabase(t)
	_, err = command(t, "restore", file, "--data", own.Data, "--database-url", own.DatabaseURL)
	must(t, err)
	if rows := allRows(t, own.DatabaseURL); !strings.Contains(rows["experimenter"], "ada") {
		t.Errorf("experimenters after the restore: %q", rows["experimenter"])
	}
	_, err = command(t, "restore", file, "--data", t.TempDir(), "--database-url", own.DatabaseURL)
	if say := study.Sentence(err); !strings.Contains(say, "has tables already") {
		t.Errorf("a second restore: %v, want a refusal", err)
	}
}

// TestHalfARestoreIsNotServed fails after the rows are there, and is then done again.
func TestHalfARestoreIsNotServed(t *testing.T) {
	c, _ := inhabited(t)
	dir := t.TempDir()
	file, list := filepath.Join(dir, "lab.backup"), filepath.Join(dir, "erased.csv")
	_, err := command(t, "backup", file, "--data", c.Data)
	must(t, err)
	must(t, os.WriteFile(list, []byte("participant,code,asked_at\n1,P999,2026-03-15T12:00:00Z\n"), 0o600))
	own, _ := oneDatabase(t)
	restore := []string{"restore", file, "--data", own.Data, "--database-url", own.DatabaseURL}
	if _, err := command(t, append(restore, "--erased", list)...); !strings.Contains(study.Sentence(err), "another database") {
		t.Fatalf("with a list that does not fit: %v", err)
	}
	if rows := allRows(t, own.DatabaseURL); !strings.Contains(rows["experimenter"], "ada") {
		t.Fatal("it failed before there were rows, which shows nothing")
	}
	err = withOwnDatabase(t.Context(), own, func(*postgres.DB, *postgres.Owner) error { return errors.New("it was let in") })
	if say := study.Sentence(err); !strings.Contains(say, "not whole") {
		t.Errorf("a server on half a restore: %v", err)
	}
	if _, err := command(t, "backup", filepath.Join(dir, "half.backup"), "--data", own.Data, "--database-url", own.DatabaseURL); !strings.Contains(study.Sentence(err), "not whole") {
		t.Errorf("a backup of half a restore: %v", err)
	}
	_, err = command(t, restore...)
	must(t, err)
	must(t, withOwnDatabase(t.Context(), own, func(db *postgres.DB, _ *postgres.Owner) error {
		todo, err := db.Unerased(t.Context())
		if len(todo) > 0 {
			t.Errorf("to be erased: %+v, want nobody", todo)
		}
		return err
	}))
	if _, left := allRows(t, own.DatabaseURL)["vmstudy_restoring"]; left {
		t.Error("it is still marked")
	}
}

// TestWhatWasErasedAfterABackupIsErasedAgain restores a backup from before an erasure, with the list of erasures.
func TestWhatWasErasedAfterABackupIsErasedAgain(t *testing.T) {
	c, a := inhabited(t)
	dir := t.TempDir()
	file, list := filepath.Join(dir, "lab.backup"), filepath.Join(dir, "erased.csv")
	_, err := command(t, "backup", file, "--data", c.Data)
	must(t, err)
	must(t, withDatabase(t.Context(), c, func(db *postgres.DB) error {
		x, err := db.OpenSessions(t.Context(), studytest.Noon, studytest.Noon)
		must(t, err)
		p := x[0].Participant.ID
		a.State, a.Cause = study.Failed, "gone"
		must(t, db.RecordAttempt(t.Context(), a, studytest.Noon, 0))
		must(t, db.Withdraw(t.Context(), p, study.Withdrawal{Erase: true, At: studytest.Noon}))
		_, err = db.Erase(t.Context(), p, studytest.Noon)
		return err
	}))
	out, err := command(t, "erased", "--data", c.Data)
	must(t, err)
	must(t, os.WriteFile(list, []byte(out), 0o600))

	to := Config{Data: openData(t)}
	said, err := command(t, "restore", file, "--data", to.Data, "--erased", list)
	must(t, err)
	if !strings.Contains(said, "asked for again: 1.") {
		t.Errorf("the restore says %q, want one erasure", said)
	}
	must(t, withDatabase(t.Context(), to, func(db *postgres.DB) error {
		todo, err := db.Unerased(t.Context())
		if len(todo) != 1 || todo[0].Code != "P001" || !todo[0].AskedAt.Equal(studytest.Noon) {
			t.Errorf("to be erased at the next start: %+v, want what P001 gave", todo)
		}
		return err
	}))
	// A line from before the person was added is about somebody who had the number in a database that is lost.
	must(t, os.WriteFile(list, []byte("participant,code,asked_at\n1,P001,2026-03-13T12:00:00Z\n"), 0o600))
	said, err = command(t, "restore", file, "--data", openData(t), "--erased", list)
	must(t, err)
	if !strings.Contains(said, "asked for again: 0.") || !strings.Contains(said, "Passed over: participant 1 (P001)") {
		t.Errorf("with an older line, the restore says %q", said)
	}
	for name, text := range map[string]string{"another database's": "participant,code,asked_at\n1,P999,2026-03-15T12:00:00Z\n", "no list": "hello\n", "no time": "participant,code,asked_at\n1,P001,noon\n"} {
		must(t, os.WriteFile(list, []byte(text), 0o600))
		again := Config{Data: openData(t)}
		if _, err := command(t, "restore", file, "--data", again.Data, "--erased", list); study.Sentence(err) == "" {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}

func TestAServerMakesItsBackupsWhenNobodyWorks(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 6, 1, 3, 0, 0, 0, time.UTC)
	quiet, made, listed := true, 0, 0
	b := &backups{
		dir: dir, clock: 3*time.Hour + 30*time.Minute, days: 30,
		make: func(_ context.Context, path string) error { made++; return os.WriteFile(path, nil, 0o600) },
		list: func(context.Context, io.Writer) error { listed++; return nil },
		now:  func() time.Time { return now }, quiet: func() bool { return quiet },
	}
	turn := func(name string, want int) {
		t.Helper()
		must(t, b.turn(t.Context()))
		if made != want || listed != want {
			t.Errorf("%s: %d backups and %d lists, want %d", name, made, listed, want)
		}
	}
	turn("on the first start", 1)
	turn("a minute later", 1)
	now = now.Add(29 * time.Minute)
	turn("before its time", 1)
	quiet, now = false, now.Add(time.Minute)
	turn("while somebody works", 1)
	now = now.Add(3*time.Hour + time.Second)
	turn("when they do not leave", 2)
	if b.newest.Load() != now.Unix() {
		t.Errorf("the newest is of %d, want %d", b.newest.Load(), now.Unix())
	}
	quiet, now = true, now.AddDate(0, 0, 31)
	turn("a month later", 3)
	if names, err := b.names(); err != nil || len(names) != 2 || backup.Newest(names) != now { // one backup and the list
		t.Errorf("there are %v (error %v), want the new one and the list", names, err)
	}
}
