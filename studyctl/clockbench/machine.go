package clockbench

import (
	"context"
	"os"
	"path/filepath"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
)

// A Machine is what keys are typed into.
type Machine struct {
	Name string
	open func(ctx context.Context, do func(session.Opener) error) error // opens what makes its desktops
}

// appliance is the name of what all desktops are made from.
const appliance = "bootsector"

// BootSector is a guest of 512 bytes in QEMU, on a host that is made under a directory.
func BootSector(host func(ctx context.Context, dir string) (*vmhost.Host, error)) Machine {
	return Machine{"boot sector", func(ctx context.Context, do func(session.Opener) error) error {
		dir, err := os.MkdirTemp("", "vmstudy-clock")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		h, err := host(ctx, filepath.Join(dir, "run"))
		if err != nil {
			return err
		}
		app, err := h.Build(ctx, bootsector.Recipe, filepath.Join(dir, appliance), nil)
		if err != nil {
			return err
		}
		return do(&session.Lab{
			Host: h, RunDir: dir, NewLink: newLink,
			Appliance: func(string) (vmhost.Appliance, error) { return app, nil },
		})
	}}
}

func newLink(_ string, n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
	link, err := userspace.New(n, seed)
	return link, study.UserspaceWay, err
}
