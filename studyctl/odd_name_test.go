package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vmstudy/postgres"
	"vmstudy/rfb/robot"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/stream/mount"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
	"vmstudy/vmhost/build"
)

// TestADataDirectoryMayHaveAnyName works in a directory whose name has signs that are special to PostgreSQL and its clients, to
// QEMU's options, to the kernel's table of mounts and to patterns.
func TestADataDirectoryMayHaveAnyName(t *testing.T) {
	studytest.Need(t, "postgres", "qemu", "fuse")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	c := Config{Data: filepath.Join(openData(t), `a, b=c 'd" %41 ü [x]`), Memory: 1024}

	// The database, and a copy of it by PostgreSQL's own programs.
	var id study.StudyID
	must(t, withDatabase(ctx, c, func(db *postgres.DB) (err error) {
		id, err = db.CreateStudy(ctx, 0, studytest.Design(), studytest.Noon)
		return err
	}))
	file := filepath.Join(filepath.Dir(c.Data), "lab.backup")
	_, err := command(t, "backup", file, "--data", c.Data)
	must(t, err)
	to := Config{Data: filepath.Join(filepath.Dir(c.Data), `e, f=g 'h" %41 ü [y]`)}
	_, err = command(t, "restore", file, "--data", to.Data)
	must(t, err)
	must(t, withDatabase(ctx, to, func(db *postgres.DB) error {
		_, err := db.Study(ctx, id)
		return err
	}))

	// Machines, by every access method.
	must(t, c.makeData())
	host, err := newHost(ctx, c, c.machinesDir())
	must(t, err)
	app, err := build.Appliance(ctx, host, bootsector.Recipe, filepath.Join(c.appliancesDir(), "bootsector"), nil)
	must(t, err)
	must(t, os.MkdirAll(c.streamsDir(), 0o755))
	lab := newLab(c, host, c.streamsDir())
	for _, method := range []study.AccessMethod{study.VNC, study.Stream, study.Local} {
		network := study.NamedNetwork{Name: "far", Network: study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: 20 * time.Millisecond}}
		if method == study.Local {
			network = study.NoNetwork
		}
		d, err := lab.Open(ctx, session.Request{
			Appliance: app.Name, Condition: study.Condition{Access: study.Access{Method: method}, Network: network, Task: app.Tasks[0]},
		}, func(session.Progress) {})
		if err != nil {
			t.Errorf("%s: %v", method, err)
			continue
		}
		answers(ctx, t, d)
		must(t, d.Close(ctx))
	}
	if n, err := mount.Sweep(c.Data); n != 0 || err != nil {
		t.Errorf("%d mounts are left (%v)", n, err)
	}
	if said, err := examineFUSE(ctx, c, nil); err != nil {
		t.Errorf("doctor: %s: %v", said, err)
	}
	if apps, unusable, err := vmhost.List(c.appliancesDir()); len(apps) != 1 || err != nil {
		t.Errorf("the appliances are %v and %v (%v)", apps, unusable, err)
	}
}

// answers presses a key on a desktop and waits until its screen changes.
func answers(ctx context.Context, t *testing.T, d session.Desktop) {
	t.Helper()
	conn, err := d.DialRFB(ctx, func(tap.Event) {})
	must(t, err)
	screen, err := robot.Connect(ctx, conn)
	must(t, err)
	before := screen.Changes()
	must(t, screen.Type(ctx, "a"))
	_, err = screen.WaitChange(ctx, before)
	must(t, err)
	must(t, screen.Close())
}
