package main

import (
	"context"

	"vmstudy/bench"
	"vmstudy/vmhost"
	"vmstudy/vmhost/floor"
)

type benchRFBCmd struct {
	benchFlags `embed:""`
}

// Run measures the screen and its protocol.
func (cmd benchRFBCmd) Run(ctx context.Context, c Config, t terminal) error {
	// Emulated, even where there is KVM: what is promised is for that, and it is the slower way.
	host := func(ctx context.Context, display, dir string) (*vmhost.Host, error) {
		return vmhost.NewHost(ctx, vmhost.Config{RunDir: dir, MemoryLimit: int64(c.Memory) << 20, Display: display, Accelerator: "tcg"})
	}
	editor := func() (vmhost.Appliance, error) { return c.appliance("demo") }
	return cmd.measure(ctx, t, bench.Bench{Name: "rfb", Sections: floor.Sections(host, editor)})
}
