package vmhost

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"vmstudy/study"
	"vmstudy/vmhost/qemu"
)

// frozen writes an appliance of a few bytes, called x, into dir.
func frozen(t *testing.T, dir string) {
	t.Helper()
	a := Appliance{
		Dir: dir, Name: "x", Profile: qemu.Bare, RAM: 1 << 20, Width: 1, Height: 1, QEMU: "7.2.22",
		Machine: qemu.MachineType, CPU: qemu.CPUModel, Accelerator: "tcg",
	}
	for _, name := range []string{memoryFile, diskFile, deviceFile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("12345678"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestLoadRefusesADamagedAppliance(t *testing.T) {
	dir := t.TempDir()
	frozen(t, dir)
	got, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Verify(t.Context(), nil); err != nil {
		t.Errorf("whole: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, diskFile), []byte("12345679"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := got.Verify(t.Context(), nil); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("one bit off: %v, want a refusal", err)
	}
	if err := os.WriteFile(filepath.Join(dir, diskFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir); err == nil {
		t.Error("loaded an appliance with an empty disk")
	}
	if _, err := Load(t.TempDir()); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("empty directory: %v, want not found", err)
	}
}
