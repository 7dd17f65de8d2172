package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/kernel"
	"vmstudy/netem/userspace"
	"vmstudy/postgres"
	"vmstudy/postgres/embedded"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/vmhost"
	"vmstudy/web/page"
	"vmstudy/web/static"
)

type doctorCmd struct {
	JSON bool     `help:"Print one JSON object." name:"json"`
	Mail mailPlan `embed:"" prefix:"mail-"`
}

// finding is the result of one examination.
type finding struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Needed bool   `json:"needed"` // a study cannot run without it
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"`
}

// examination is one thing that the doctor examines. It does the thing, and does not only look for files: a program that is
// there may still not work.
type examination struct {
	name   string
	needed bool
	mend   string
	look   func(context.Context, Config, tell) (detail string, err error)
	limit  time.Duration // how long it may take; 0 means a minute
}

// tell is called with how much of a long examination is done.
type tell func(done, total int64)

var examinations = []examination{
	{"postgres", true, "apt-get install postgresql-15, or set DATABASE_URL", examinePostgres, 0},
	{"qemu", true, "apt-get install qemu-system-x86", examineQEMU, 0},
	{"display", false, "apt-get install qemu-system-common. Without its ui-dbus.so screens are shown by QEMU's own VNC server, which adds 30 to 80 ms to every answer", examineDisplay, 0},
	{"kvm", false, "turn on virtualisation in the firmware, or nested virtualisation in the cloud; join the group kvm. Without it machines are emulated, several times slower", examineKVM, 0},
	{"root", false, "nothing needs mending if you can do without that; else run studyctl as root", examineRoot, 0},
	{"isolation", false, "run as root, where namespaces can be made. Without it other users are kept out all the same, but not one machine from another", examineIsolation, 0},
	{"memory", true, "give the machines more with --memory, or run on a larger computer", examineMemory, 0},
	{"fuse", true, "apt-get install fuse3; the container or user needs /dev/fuse", examineFUSE, 0},
	{"netem", true, "this should work everywhere: please report it", examineNetem, 0},
	{"netem tun", false, "run as root, or as a user who may make namespaces and open /dev/net/tun. Without it TCP is that of the program, which is slower to recover from losses than Linux's", examineNetemTun, 0},
	{"netem kernel", false, "as root on a kernel with sch_netem (Debian's has it: modprobe sch_netem). It is needed only by --netem kernel", examineNetemKernel, 0},
	{"netem way", true, "choose another way with --netem", examineNetemWay, 0},
	{"appliances", true, "studyctl appliance build demo", examineAppliances, 10 * time.Minute},
	{"https", false, "set --public to an address of https, with a reverse proxy before this server: see docs/operating.md", examineHTTPS, 0},
	{"viewer", true, "build with make build, which fetches noVNC", examineViewer, 0},
	{"building", false, "see what it says; appliances that are built already work all the same", examineBuilding, 0},
	{"ffmpeg", false, "apt-get install ffmpeg, for videos of recordings and for the screens of vnc with h264", examineFFmpeg, 0},
	{"chromium", false, "apt-get install chromium, for the end-to-end test and for bench rfb", examineChromium, 0},
}

// errUnwell is the error of the doctor if something does not work that a study needs.
var errUnwell = errors.New("something that a study needs does not work; see above")

// Run examines everything and says what it found. It returns an error if something does not work that is needed.
func (cmd doctorCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	show := cli.NewProgress(t.Log)
	var found []finding
	well := true
	all := examinations
	if cmd.Mail.Server != "" {
		all = append(slices.Clip(all), cmd.Mail.examination())
	}
	for _, e := range all {
		show.Show("Examining "+e.name, 0, 0)
		f := e.examine(ctx, c, func(done, total int64) { show.Show("Examining "+e.name, done, total) })
		well = well && (f.OK || !f.Needed)
		found = append(found, f)
	}
	show.Done()
	if err := cmd.print(t, found, well); err != nil {
		return err
	}
	if !well {
		return errUnwell
	}
	return nil
}

func (e examination) examine(ctx context.Context, c Config, show tell) finding {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(e.limit, time.Minute))
	defer cancel()
	detail, err := e.look(ctx, c, show)
	f := finding{Name: e.name, OK: err == nil, Needed: e.needed, Detail: detail}
	if err != nil {
		f.Detail, f.Mend = cli.Explain(err), e.mend
	}
	return f
}

func (cmd doctorCmd) print(t cli.Terminal, found []finding, well bool) error {
	if cmd.JSON {
		return json.NewEncoder(t.Out).Encode(map[string]any{"ok": well, "version": cli.Version(), "findings": found})
	}
	w := tabwriter.NewWriter(t.Out, 0, 4, 2, ' ', 0)
	for _, f := range found {
		verdict := "ok"
		switch {
		case !f.OK && f.Needed:
			verdict = "MISSING"
		case !f.OK:
			verdict = "absent"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", verdict, f.Name, f.Detail)
		if f.Mend != "" {
			fmt.Fprintf(w, "\t\tto mend: %s\n", f.Mend)
		}
	}
	return w.Flush()
}

func examinePostgres(ctx context.Context, c Config, _ tell) (string, error) {
	if c.DatabaseURL != "" {
		db, err := postgres.Open(ctx, c.DatabaseURL)
		if err != nil {
			return "", err
		}
		db.Close()
		return "answers at DATABASE_URL", nil
	}
	cluster, err := embedded.Start(ctx, embedded.Config{Throwaway: true})
	if err != nil {
		return "", err
	}
	if err := cluster.Stop(ctx); err != nil {
		return "", err
	}
	found, err := embedded.Find("")
	return "version " + found.Major + " in " + found.Dir + ", started and stopped", err
}

func examineQEMU(ctx context.Context, c Config, _ tell) (string, error) {
	var v string
	err := withToolHost(ctx, c, func(host *vmhost.Host, _ string) error {
		v = host.QEMUVersion()
		return nil
	})
	return "version " + v, err
}

func examineDisplay(ctx context.Context, c Config, _ tell) (string, error) {
	c.Display = vmhost.DBus
	err := withToolHost(ctx, c, func(*vmhost.Host, string) error { return nil })
	return "QEMU tells over D-Bus what a machine draws", err
}

func examineKVM(ctx context.Context, c Config, _ tell) (string, error) {
	var a vmhost.Accelerator
	// Whoever asks the doctor wants to know how it is now, not how it was.
	if err := os.Remove(filepath.Join(c.runDir(), "accelerator")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	err := withToolHost(ctx, c, func(host *vmhost.Host, _ string) (err error) {
		a, err = host.Accelerator(ctx)
		return err
	})
	if err == nil && a.Name != "kvm" {
		err = errors.New(a.Reason)
	}
	return a.Reason, err
}

func examineIsolation(ctx context.Context, c Config, _ tell) (string, error) {
	err := withToolHost(ctx, c, func(host *vmhost.Host, _ string) error {
		switch host.Confinement() {
		case vmhost.AsOwnUser:
			return nil
		case vmhost.InNamespaces:
			return study.Refuse(study.ErrDenied, "machines have no network, but all of them run as the user who starts studyctl: a guest that breaks out of its emulator could reach that user's files, and the database. Run by root, each gets a user of its own")
		default:
			return study.Refuse(study.ErrDenied, "all machines run as the user who starts studyctl: a guest that breaks out of its emulator could reach the others, that user's files and the network")
		}
	})
	return "each machine runs as a user of its own, in namespaces of its own", err
}

// examineRoot names what only root gets.
func examineRoot(context.Context, Config, tell) (string, error) {
	if os.Geteuid() != 0 {
		return "", study.Refuse(study.ErrDenied, "this user is not root, and does without two things: a user of its own for each machine (see isolation), and networks emulated by Linux's sch_netem (see netem kernel). The tests of these are left out too")
	}
	return "nothing is left out for want of rights", nil
}

func examineMemory(ctx context.Context, c Config, _ tell) (detail string, err error) {
	const typical = 384 << 20
	err = withToolHost(ctx, c, func(host *vmhost.Host, _ string) error {
		n := host.Capacity(vmhost.Appliance{RAM: typical})
		detail = fmt.Sprintf("%s of %d MiB at once", study.Count(n, "machine"), typical>>20)
		if n < 1 {
			return study.Refuse(study.ErrConflict, "not even one machine of %d MiB fits", typical>>20)
		}
		return nil
	})
	return detail, err
}

// examineNetem emulates a network and measures it.
func examineNetem(ctx context.Context, _ Config, _ tell) (string, error) {
	const rtt = 40 * time.Millisecond
	link, err := userspace.New(study.Network{RTT: rtt}, 1)
	if err != nil {
		return "", err
	}
	defer link.Close()
	m, err := netem.Probe(ctx, link, 20)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("userspace: %v set, %.2f ms measured (median of %d)", rtt, m.Median.Seconds()*1e3, m.Count), nil
}

// examineNetemTun does the same between two of Linux's TCP stacks.
func examineNetemTun(ctx context.Context, _ Config, _ tell) (string, error) {
	maker, trips, err := newMaker(ctx, "doctor")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("tun: 10ms set, %.2f ms measured (median of %d), %s", trips.Median.Seconds()*1e3, trips.Count, maker.Says()), maker.Close()
}

// examineNetemWay tells in which way the server would make links.
func examineNetemWay(ctx context.Context, c Config, _ tell) (string, error) {
	links, err := newLinks(ctx, c)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("networks are emulated in the way %s (--netem %s)%s", links.way, c.Netem, because(links.why)), links.Close()
}

// examineNetemKernel does the same with Linux's own emulation.
func examineNetemKernel(ctx context.Context, _ Config, _ tell) (string, error) {
	m, err := kernel.Works(ctx, "doctor")
	return fmt.Sprintf("kernel: 10ms set, %.2f ms measured (median of %d); choose it with --netem kernel", m.Median.Seconds()*1e3, m.Count), err
}

// examineHTTPS finds out whether browsers will let the pages have exact clocks.
func examineHTTPS(_ context.Context, c Config, _ tell) (string, error) {
	p, err := page.ParsePublic(c.public())
	if err == nil && !p.InSecureContext(nil) {
		err = study.Refuse(study.ErrConflict, "pages are reached by %s: browsers keep exact clocks and the clipboard from pages that come by http from another computer", c.public())
	}
	return "pages are reached by " + c.public() + ", which browsers trust with exact clocks", err
}

func examineViewer(context.Context, Config, tell) (string, error) {
	return "noVNC is part of this program", static.CheckViewer()
}

// examineProgram finds out whether a program runs, and which version it is.
func examineProgram(name, flag string) func(context.Context, Config, tell) (string, error) {
	return func(ctx context.Context, _ Config, _ tell) (string, error) {
		out, err := exec.CommandContext(ctx, name, flag).Output()
		if err != nil {
			return "", fmt.Errorf("running %s: %w", name, err)
		}
		first, _, _ := strings.Cut(string(out), "\n")
		return first, nil
	}
}
