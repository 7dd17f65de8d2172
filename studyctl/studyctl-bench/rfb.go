package main

import (
	"context"
	"os"
	"os/exec"
	"slices"

	"vmstudy/bench"
	"vmstudy/studyctl/cli"
	"vmstudy/studyctl/clockbench"
	"vmstudy/studyctl/thinbench"
	"vmstudy/vmhost"
	"vmstudy/vmhost/floor"
	"vmstudy/web/screenbench"
)

type rfbCmd struct {
	cli.BenchFlags `embed:""`
}

// Run measures the screen and its protocol.
func (cmd rfbCmd) Run(ctx context.Context, s cli.Settings, t cli.Terminal) error {
	// Machines are emulated, even if there is KVM: the bars are for that, the slower way.
	host := func(ctx context.Context, display, dir string) (*vmhost.Host, error) {
		return vmhost.NewHost(ctx, vmhost.Config{RunDir: dir, MemoryLimit: int64(s.Memory) << 20, Display: display, Accelerator: "tcg"})
	}
	editor := func() (vmhost.Appliance, error) { return s.Appliance("demo") }
	self, err := os.Executable()
	if err != nil {
		return err
	}
	proxies := func(kind screenbench.Kind) *exec.Cmd { return exec.Command(self, "screen-proxy", string(kind)) }
	emulated := func(ctx context.Context, dir string) (*vmhost.Host, error) { return host(ctx, vmhost.DBus, dir) }
	clock := clockbench.Section(clockbench.Instant, clockbench.BootSector(emulated), clockbench.TellingBootSector(emulated))
	return cmd.Measure(ctx, t, bench.Bench{
		Name:     "rfb",
		Sections: slices.Concat(floor.Sections(host, editor), []bench.Section{clock, thinbench.Section(), thinbench.FilmSection()}, screenbench.Sections(proxies)),
	})
}

// screenProxyCmd is a proxy. The bench starts it, to compare proxies.
type screenProxyCmd struct {
	Kind    string `arg:""`
	Machine string `arg:""`
}

// Run serves until stdin ends.
func (cmd screenProxyCmd) Run(ctx context.Context, t cli.Terminal) error {
	return screenbench.ServePeer(ctx, screenbench.Kind(cmd.Kind), cmd.Machine, os.Stdin, t.Out)
}
