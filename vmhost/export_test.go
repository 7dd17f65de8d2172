package vmhost

import "context"

// Screendump lets QEMU write what m shows into a file, as a PPM image.
func (m *Machine) Screendump(ctx context.Context, path string) error {
	return m.p.qmp.Execute(ctx, "screendump", map[string]string{"filename": path}, nil)
}

// FirstUser is where the numbers of machines' users begin.
const FirstUser = firstUser

// RunDir is the directory of the host's machines.
func (h *Host) RunDir() string { return h.dir }

// What runs as root, of the computer or of a user namespace.
var (
	AsRoot       = asRoot
	RemoveAsRoot = removeAsRoot
)
