package disk_test

import (
	"archive/tar"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost/disk"
)

const mib = 1 << 20

func qemuImg(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "qemu-img", args...).CombinedOutput(); err != nil {
		t.Fatalf("qemu-img %v: %v: %s", args, err, out)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// aDisk returns a raw disk with the mark of a partition table. Most of it is zeros.
func aDisk() []byte {
	b := make([]byte, 8*mib)
	copy(b[510:], "\x55\xaa")
	copy(b[3*mib:], strings.Repeat("some data ", 100_000))
	copy(b[8*mib-7:], "the end")
	return b
}

// archive makes a tar archive of files, in the order of names. An OVA is such an archive.
func archive(t *testing.T, path string, format tar.Format, names ...string) {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range names {
		content := read(t, filepath.Join(filepath.Dir(path), name))
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644, Format: format}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, path, b.Bytes())
}

// disks makes the same disk in every format that can be read, each in a directory of its own. It returns their paths by format.
// None of the file names says which format it is.
func disks(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(dir, "source")
	write(t, source, raw)
	made := map[string]string{}
	at := func(what string) string {
		made[what] = filepath.Join(dir, strings.ReplaceAll(what, " ", "-"), "disk, v1.img")
		if err := os.Mkdir(filepath.Dir(made[what]), 0o755); err != nil {
			t.Fatal(err)
		}
		return made[what]
	}
	write(t, at("raw"), raw)
	for what, args := range map[string][]string{
		"qcow2":                {"-O", "qcow2"},
		"qcow2 compressed":     {"-O", "qcow2", "-c"},
		"qcow2 of old":         {"-O", "qcow2", "-o", "compat=0.10"},
		"vmdk sparse":          {"-O", "vmdk"},
		"vmdk streamOptimized": {"-O", "vmdk", "-o", "subformat=streamOptimized"},
		"vmdk flat":            {"-O", "vmdk", "-o", "subformat=monolithicFlat"},
		"vmdk in pieces":       {"-O", "vmdk", "-o", "subformat=twoGbMaxExtentSparse"},
		"vdi":                  {"-O", "vdi"},
		"vhdx":                 {"-O", "vhdx"},
		"vhd":                  {"-O", "vpc", "-o", "force_size=on"},
		"vhd fixed":            {"-O", "vpc", "-o", "force_size=on,subformat=fixed"},
	} {
		qemuImg(t, append(append([]string{"convert", "-f", "raw"}, args...), source, at(what))...)
	}
	for what, of := range map[string]string{"ova": "vmdk streamOptimized", "ova of qcow2": "qcow2", "ova of raw": "raw", "ova of vhd fixed": "vhd fixed"} {
		path := at(what)
		beside := func(name string, content []byte) { write(t, filepath.Join(filepath.Dir(path), name), content) }
		beside("machine.ovf", []byte("<Envelope/>"))
		beside("machine.mf", []byte("SHA256(machine.ovf)= 00"))
		beside("disk1", read(t, made[of]))
		format := tar.FormatUSTAR
		if what == "ova of raw" {
			format = tar.FormatGNU
		}
		archive(t, path, format, "machine.ovf", "machine.mf", "disk1")
	}
	old := read(t, made["ova"]) // as an old tar made it, without a sign
	copy(old[257:265], make([]byte, 8))
	sum := 8 * int(' ')
	for i, c := range old[:512] {
		if i < 148 || i >= 156 {
			sum += int(c)
		}
	}
	copy(old[148:], []byte{byte('0' + sum>>15&7), byte('0' + sum>>12&7), byte('0' + sum>>9&7), byte('0' + sum>>6&7), byte('0' + sum>>3&7), byte('0' + sum&7), 0, ' '})
	write(t, at("ova of old"), old)
	return made
}

func TestADiskIsWhatItHoldsWhateverItsNameSays(t *testing.T) {
	studytest.Need(t, "qemu-img")
	raw := aDisk()
	formats := map[string]disk.Format{
		"raw": disk.Raw, "qcow2": disk.Qcow2, "vmdk": disk.VMDK, "vdi": disk.VDI, "vhdx": disk.VHDX, "vhd": disk.VHD, "ova": disk.VMDK,
		"ova of qcow2": disk.Qcow2, "ova of raw": disk.Raw, "ova of vhd fixed": disk.VHD,
	}
	for what, path := range disks(t, raw) {
		t.Run(what, func(t *testing.T) {
			d, err := disk.Find(path, false)
			if err != nil {
				t.Fatal(err)
			}
			format := formats[what]
			if format == "" {
				kind, _, _ := strings.Cut(what, " ")
				format = formats[kind]
			}
			if d.Format != format || d.Plain() != (what == "raw") {
				t.Errorf("it is found to be %+v", d)
			}
			if d.Plain() {
				return
			}
			if err := d.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			if holds, err := d.Holds(t.Context()); err != nil || holds < mib/2 || holds > 10*mib {
				t.Errorf("it is said to hold %d bytes (%v)", holds, err)
			}
			to := filepath.Join(t.TempDir(), "raw")
			if err := d.Convert(t.Context(), to); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(read(t, to), raw) {
				t.Error("it was converted into other bytes")
			}
		})
	}
}

// TestADiskIsConvertedIntoAFileWithAColonInItsName makes sure that qemu-img does not take the name for an address.
func TestADiskIsConvertedIntoAFileWithAColonInItsName(t *testing.T) {
	studytest.Need(t, "qemu-img")
	raw := aDisk()
	path := disks(t, raw)["qcow2"]
	t.Chdir(t.TempDir())
	d, err := disk.Find(path, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Convert(t.Context(), "lab:7, raw"); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, "lab:7, raw"), raw) {
		t.Error("it was converted into other bytes")
	}
}

func TestTheRoomThatADiskNeedsIsThatOfWhatItHolds(t *testing.T) {
	studytest.Need(t, "qemu-img")
	for format, options := range map[disk.Format]string{
		disk.Qcow2: "preallocation=metadata", disk.VMDK: "subformat=monolithicSparse", disk.VDI: "static=off", disk.VHDX: "subformat=dynamic", disk.VHD: "subformat=dynamic",
	} {
		path := filepath.Join(t.TempDir(), "empty")
		qemuImg(t, "create", "-q", "-f", string(format), "-o", options, path, "40G")
		d, err := disk.Find(path, false)
		if err != nil {
			t.Fatal(err)
		}
		if holds, err := d.Holds(t.Context()); err != nil || d.Format != format || holds > 64*mib {
			t.Errorf("an empty %s disk of 40 GiB is said to be %s and to hold %d bytes (%v)", format, d.Format, holds, err)
		}
	}
}

func TestARawDiskIsTakenIfItLooksLikeOneOrIfSomebodySaysSo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "disk.raw")
	for what, sign := range map[string]struct {
		at   int
		text string
	}{
		"MBR": {510, "\x55\xaa"}, "GPT": {512, "EFI PART"}, "GPT of large sectors": {4096, "EFI PART"},
		"ext4": {1080, "\x53\xef"}, "XFS": {0, "XFSB"}, "Btrfs": {65600, "_BHRfS_M"}, "LVM": {512, "LABELONE"},
	} {
		content := make([]byte, mib)
		copy(content[sign.at:], sign.text)
		write(t, path, content)
		if d, err := disk.Find(path, false); err != nil || !d.Plain() {
			t.Errorf("%s: %+v, %v", what, d, err)
		}
	}
	write(t, path, make([]byte, mib))
	if _, err := disk.Find(path, false); !strings.Contains(study.Sentence(err), "say --raw") {
		t.Errorf("zeros: %v", err)
	}
	if d, err := disk.Find(path, true); err != nil || !d.Plain() {
		t.Errorf("zeros that are called a disk: %+v, %v", d, err)
	}
	write(t, path, []byte("half a sector"))
	if _, err := disk.Find(path, true); !strings.Contains(study.Sentence(err), "whole sectors") {
		t.Errorf("half a sector that is called a disk: %v", err)
	}
	if err := os.Symlink(path, path+".link"); err != nil {
		t.Fatal(err)
	}
	write(t, path, aDisk())
	if d, err := disk.Find(path+".link", false); err != nil || d.Path != path {
		t.Errorf("a link to a disk: %+v, %v", d, err)
	}
	if _, err := disk.Find(filepath.Dir(path), false); !strings.Contains(study.Sentence(err), "not a plain file") {
		t.Errorf("a directory: %v", err)
	}
}
