package qemu

import (
	"strings"
	"testing"
)

// desktop is the demo's machine.
var desktop = Hardware{Profile: Desktop, Machine: MachineType, CPU: CPUModel, Accelerator: "tcg", RAM: 320 << 20, Width: 1024, Height: 768}

func TestArgumentsKeepTheGuestAlone(t *testing.T) {
	args := strings.Join(desktop.ResumeArgs(Files{Memory: "/a/memory.raw", Disk: "/a/disk,1.raw"}), " ")
	for _, want := range []string{
		"-nodefaults", "share=off", "snapshot=on", "-incoming defer", "-vnc none", "file=/a/disk,,1.raw,", "size=335544320",
	} {
		if !strings.Contains(args, want) {
			t.Errorf("no %q in %s", want, args)
		}
	}
	for _, never := range []string{"-net", "tcp:", "0.0.0.0", "share=on", "virtio-net"} {
		if strings.Contains(args, never) {
			t.Errorf("%q in %s", never, args)
		}
	}
}
