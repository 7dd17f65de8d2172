package vmhost

import "context"

// Screendump lets QEMU write what m shows into a file, as a PPM image.
func (m *Machine) Screendump(ctx context.Context, path string) error {
	return m.p.QMP.Execute(ctx, "screendump", map[string]string{"filename": path}, nil)
}

// RunDir is the directory of the host's machines.
func (h *Host) RunDir() string { return h.dir }
