package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/study"
	"vmstudy/studyctl/backup"
	"vmstudy/studytest"
)

// TestABackupLeavesTheDiskItsRoom makes one of more than there is room for.
func TestABackupLeavesTheDiskItsRoom(t *testing.T) {
	studytest.Need(t, "root") // who alone can mount a disk of a chosen size
	c, _ := inhabited(t)
	random := make([]byte, 64<<20) // does not get smaller when it is packed
	_, err := rand.Read(random)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(c.recordingsDir(), "77.fbs.zst"), random, 0o600))
	for name, room := range map[string]int64{"some room at first": 24 << 20, "none from the beginning": -1 << 20} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			must(t, unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.FormatInt(diskReserve+room, 10)))
			t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
			withAddress(t, c, func(url string) {
				_, err := backing{cfg: c, url: url, who: "test"}.write(t.Context(), filepath.Join(dir, "lab.backup"))
				if !errors.Is(err, errNoRoom) || !strings.Contains(study.Sentence(err), "another disk") {
					t.Errorf("%v, want a sentence about the room", err)
				}
			})
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("there are %v (error %v), want nothing", left, err)
			}
		})
	}
}

func TestABackupStopsWhileItCopies(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	dir := t.TempDir()
	err := writeSparing(ctx, filepath.Join(dir, "x.backup"), func(out io.Writer) error {
		stop()
		_, err := io.Copy(out, rand.Reader) // has no end
		return err
	})
	if left, readErr := os.ReadDir(dir); !errors.Is(err, context.Canceled) || readErr != nil || len(left) > 0 {
		t.Errorf("%v, and there are %v (error %v)", err, left, readErr)
	}
}

// TestABackupThatFailsIsTriedAgainInAnHour has two old backups, and a leftover of a killed server.
func TestABackupThatFailsIsTriedAgainInAnHour(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 6, 1, 4, 0, 0, 0, time.UTC)
	older, newest := backup.Name(now.AddDate(0, 0, -50)), backup.Name(now.AddDate(0, 0, -40))
	for _, name := range []string{older, newest, backup.Name(now.AddDate(0, 0, -39)) + ".unfinished-1", "another.backup.unfinished-2"} {
		must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	full := errors.New("full")
	wrong, tries, audited := full, 0, 0
	b := &backups{
		dir: dir, clock: 3*time.Hour + 30*time.Minute, days: 30,
		make: func(_ context.Context, path string) error {
			tries++
			if names, err := (&backups{dir: dir}).names(); err != nil || tries == 1 && len(names) != 2 {
				t.Errorf("when it is made, there are %v (error %v)", names, err)
			}
			if wrong != nil {
				return wrong
			}
			return os.WriteFile(path, nil, 0o600)
		},
		failed: func(context.Context, string, error) error { audited++; return nil },
		list:   func(context.Context, io.Writer) error { return nil },
		now:    func() time.Time { return now }, quiet: func() bool { return true },
	}
	turn := func(name string, err error, wantTries, wantAudited int) {
		t.Helper()
		if got := b.turn(t.Context()); !errors.Is(got, err) || tries != wantTries || audited != wantAudited {
			t.Errorf("%s: %v after %d tries and %d entries, want %v after %d and %d", name, got, tries, audited, err, wantTries, wantAudited)
		}
	}
	turn("the disk is full", full, 1, 1)
	for name, want := range map[string]bool{older: false, newest: true, backup.Name(now.AddDate(0, 0, -39)) + ".unfinished-1": false, "another.backup.unfinished-2": true} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("after it failed, %s: %v, want it there: %v", name, err, want)
		}
	}
	now = now.Add(59 * time.Minute)
	turn("within the hour", nil, 1, 1)
	now = now.Add(time.Minute)
	turn("an hour later", full, 2, 1)
	wrong, now = nil, now.Add(time.Hour)
	turn("with room", nil, 3, 1)
	if names, err := b.names(); err != nil || len(names) != 3 || !backup.Newest(names).Equal(now) { // the new one, another's, and the list
		t.Errorf("there are %v (error %v)", names, err)
	}
	wrong, now = full, now.AddDate(0, 0, 1)
	turn("full again", full, 4, 2)
}

// TestAListOfErasuresForgetsNobody has a database that was restored, and so does not know of everybody.
func TestAListOfErasuresForgetsNobody(t *testing.T) {
	b := &backups{dir: t.TempDir()}
	path := filepath.Join(b.dir, erasedFile)
	for _, step := range []struct{ database, want string }{
		{"participant,code,asked_at\n1,P001,a\n2,P002,b\n", "participant,code,asked_at\n1,P001,a\n2,P002,b\n"},
		{"participant,code,asked_at\n1,P001,a\n3,P003,c\n", "participant,code,asked_at\n1,P001,a\n2,P002,b\n3,P003,c\n"},
		{"participant,code,asked_at\n", "participant,code,asked_at\n1,P001,a\n2,P002,b\n3,P003,c\n"},
	} {
		b.list = func(_ context.Context, out io.Writer) error { _, err := io.WriteString(out, step.database); return err }
		must(t, b.note(t.Context()))
		if got, err := os.ReadFile(path); string(got) != step.want {
			t.Errorf("the list is\n%s(error %v), want\n%s", got, err, step.want)
		}
	}
	b.list = func(context.Context, io.Writer) error { return io.ErrUnexpectedEOF }
	before, err := os.ReadFile(path)
	must(t, err)
	if err := b.note(t.Context()); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a list that cannot be read: %v", err)
	}
	if after, err := os.ReadFile(path); string(after) != string(before) {
		t.Errorf("it is %q now (error %v)", after, err)
	}
}

// TestWhatAKilledRestoreLeftIsRemoved also leaves alone what another has put there.
func TestWhatAKilledRestoreLeftIsRemoved(t *testing.T) {
	for name, test := range map[string]struct {
		file string
		want bool // whether it stays
	}{
		"a restore's": {"files/recordings/1.fbs.zst", false},
		"somebody's":  {"notes/mine.txt", true},
	} {
		c := Config{Data: t.TempDir()}
		path := filepath.Join(c.restoringDir(), test.file)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, nil, 0o600))
		release, err := c.claimData()
		must(t, err)
		release()
		if _, err := os.Stat(path); (err == nil) != test.want {
			t.Errorf("%s: %v, want it there: %v", name, err, test.want)
		}
	}
}
