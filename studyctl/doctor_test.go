package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/studytest"
	"vmstudy/vmhost/vmhosttest"
)

// doctorEnv is an environment variable with a data directory. With it, this test binary is a doctor.
const doctorEnv = "STUDYCTL_TEST_DOCTOR"

// diagnoses reads what doctor --json printed.
func diagnoses(t *testing.T, out []byte) map[string]finding {
	t.Helper()
	var report struct{ Findings []finding }
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("doctor --json printed %q: %v", out, err)
	}
	found := map[string]finding{}
	for _, f := range report.Findings {
		found[f.Name] = f
	}
	return found
}

// examined returns what one examination of a data directory finds.
func examined(t *testing.T, name, data string) finding {
	t.Helper()
	for _, e := range examinations {
		if e.name == name {
			return e.examine(t.Context(), Config{Data: data, Display: "auto"}, func(int64, int64) {})
		}
	}
	t.Fatalf("there is no examination %q", name)
	return finding{}
}

// fake makes a shell script that is found before all other programs of its name.
func fake(t *testing.T, name, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func TestTheDoctorIsNotFooledByAProgramThatOnlySaysItsVersion(t *testing.T) {
	studytest.Need(t, "ffmpeg", "chromium")
	for name, script := range map[string]string{
		"ffmpeg":   `[ "$1" = -version ] && echo "ffmpeg version 5"; cat >/dev/null; exit 0`,
		"chromium": `echo "Chromium 156"; exit 0`,
	} {
		t.Run(name, func(t *testing.T) {
			if f := examined(t, name, t.TempDir()); !f.OK {
				t.Errorf("the real one: %s", f.Detail)
			}
			fake(t, name, script)
			if f := examined(t, name, t.TempDir()); f.OK || f.Mend == "" {
				t.Errorf("one that does nothing: %+v, want it found out", f)
			}
		})
	}
}

func TestTheDoctorReadsEveryByteOfAnAppliance(t *testing.T) {
	studytest.Need(t, "qemu")
	data := t.TempDir()
	built := vmhosttest.BootSector(t, vmhosttest.Host(t, 0))
	app := filepath.Join(data, "appliances", built.Name)
	if err := os.Mkdir(filepath.Dir(app), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(built.Dir, app); err != nil {
		t.Fatal(err)
	}
	if _, err := command(t, "appliance", "pack", built.Name, "--data", data); err != nil {
		t.Fatal(err)
	}
	if f := examined(t, "appliances", data); !f.OK {
		t.Fatalf("before the damage: %s", f.Detail)
	}
	apps := filepath.Dir(app)
	if err := os.WriteFile(filepath.Join(apps, "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if f := examined(t, "appliances", data); !f.OK || !strings.Contains(f.Detail, "notes.txt") {
		t.Errorf("with a file that belongs to no appliance: %+v, want a note", f)
	}
	if _, err := command(t, "appliance", "verify", "--data", data); err != nil {
		t.Errorf("with a file that belongs to no appliance, verify ends with %v", err)
	}
	half := filepath.Join(apps, "half-copied")
	if err := os.Mkdir(half, 0o755); err != nil {
		t.Fatal(err)
	}
	if f := examined(t, "appliances", data); f.OK || !strings.Contains(f.Detail, "half-copied") {
		t.Errorf("with an appliance that is not complete: %+v, want it found out", f)
	}
	if err := os.Remove(half); err != nil {
		t.Fatal(err)
	}
	for name, pattern := range map[string]string{"a file": filepath.Join(app, "disk.raw"), "the store": filepath.Join(data, "store", "packs", "*")} {
		t.Run(name, func(t *testing.T) {
			files, err := filepath.Glob(pattern)
			if err != nil || len(files) == 0 {
				t.Fatalf("no files at %s: %v", pattern, err)
			}
			was, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			hurt := bytes.Clone(was)
			hurt[len(hurt)/2] ^= 1
			if err := os.WriteFile(files[0], hurt, 0o644); err != nil {
				t.Fatal(err)
			}
			if f := examined(t, "appliances", data); f.OK || !strings.Contains(f.Detail, "damaged") {
				t.Errorf("with one bit changed in %s: %+v", files[0], f)
			}
			if err := os.WriteFile(files[0], was, 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// In some containers /dev/fuse can be opened, but nothing can be mounted. Here a root without the right to mount stands for
// them.
func TestTheDoctorMountsWhatItSaysCanBeMounted(t *testing.T) {
	studytest.Need(t, "fuse", "qemu")
	if studytest.AsRoot(t) { // only root can take the right to mount away
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	doctor := func(before ...string) finding {
		cmd := exec.CommandContext(t.Context(), before[0], append(before[1:], self)...)
		cmd.Env = append(os.Environ(), doctorEnv+"="+t.TempDir())
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
			t.Fatalf("%v: %s", err, said.String())
		}
		return diagnoses(t, out)["fuse"]
	}
	if f := doctor("env"); !f.OK {
		t.Errorf("with every right: %s", f.Detail)
	}
	if f := doctor("setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"); f.OK || f.Mend == "" {
		t.Errorf("without the right to mount: %+v, want it found out", f)
	}
}
