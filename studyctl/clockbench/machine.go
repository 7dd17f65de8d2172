package clockbench

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
	"vmstudy/vmhost/build"
)

// A Machine is a kind of machine into which keys are typed.
type Machine struct {
	Name string
	// open lets do use an opener of its desktops, and the witness of its screens, if there is one.
	open func(ctx context.Context, do func(session.Opener, *witness) error) error
}

// appliance is the name of the appliance of all desktops.
const appliance = "bootsector"

// Hosts makes a host of machines that keeps its files in a directory.
type Hosts func(ctx context.Context, dir string) (*vmhost.Host, error)

// BootSector is a guest of 512 bytes in QEMU. It is reached as by the access method vnc.
func BootSector(hosts Hosts) Machine {
	return Machine{Name: "boot sector", open: func(ctx context.Context, do func(session.Opener, *witness) error) error {
		return hosts.with(ctx, func(h *vmhost.Host, app vmhost.Appliance, dir string) error {
			return do(&session.Lab{
				Host: h, RunDir: dir, NewLink: newLink,
				Appliance: func(string) (vmhost.Appliance, error) { return app, nil },
			}, nil)
		})
	}}
}

// TellingBootSector is the same guest, into which Enter is typed. It paints the screen and then says so over its serial port.
// So this computer knows when its pixels changed.
func TellingBootSector(hosts Hosts) Machine {
	return Machine{Name: "boot sector that tells", open: func(ctx context.Context, do func(session.Opener, *witness) error) error {
		return hosts.with(ctx, func(h *vmhost.Host, app vmhost.Appliance, _ string) error {
			w := &witness{key: "\r"}
			return do(opener{start: func(ctx context.Context) (far, error) { return telling(ctx, h, app, w) }}, w)
		})
	}}
}

// telling starts a guest. Whenever it has painted, w is told.
func telling(ctx context.Context, h *vmhost.Host, app vmhost.Appliance, w *witness) (far, error) {
	m, err := h.Resume(ctx, app, vmhost.Files{})
	if err != nil {
		return far{}, err
	}
	w.ready = func(ctx context.Context) error { return m.Begin(ctx, app.Tasks[0]) }
	var hearing sync.WaitGroup
	hearing.Go(func() {
		for {
			select {
			case <-m.Completed():
				w.flip(time.Now())
			case <-m.Done():
				return
			}
		}
	})
	return far{dial: m.DialRFB, close: func(ctx context.Context) error {
		err := m.Close(ctx)
		hearing.Wait()
		return err
	}}, nil
}

// with builds the guest of 512 bytes, and lets do use it and a host.
func (hosts Hosts) with(ctx context.Context, do func(h *vmhost.Host, app vmhost.Appliance, dir string) error) error {
	dir, err := os.MkdirTemp("", "vmstudy-clock")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	h, err := hosts(ctx, filepath.Join(dir, "run"))
	if err != nil {
		return err
	}
	app, err := build.Appliance(ctx, h, bootsector.Recipe, filepath.Join(dir, appliance), nil)
	if err != nil {
		return err
	}
	return do(h, app, dir)
}

func newLink(_ string, n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
	link, err := userspace.New(n, seed)
	return link, study.UserspaceWay, err
}
