package disk_test

import (
	"archive/tar"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost/disk"
)

// bait makes disks that would make qemu-img read a file that does not belong to them, and disks that need another file.
func bait(t *testing.T, dir string) map[string]string {
	t.Helper()
	in := func(name string) string { return filepath.Join(dir, name) }
	write(t, in("secret.raw"), []byte(strings.Repeat("secret", 1<<10)))
	qemuImg(t, "create", "-q", "-f", "qcow2", "-b", in("secret.raw"), "-F", "raw", in("backed"), "1M")
	qemuImg(t, "create", "-q", "-f", "qcow2", "-o", "data_file="+in("data.raw"), in("outside"), "1M")
	qemuImg(t, "create", "-q", "-f", "vmdk", in("parent"), "1M")
	qemuImg(t, "create", "-q", "-f", "vmdk", "-b", in("parent"), "-F", "vmdk", in("snapshot"), "1M")
	description := func(line string) string {
		return "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\n" + line + "\nddb.adapterType = \"ide\"\n"
	}
	sparse := read(t, in("parent"))
	binary.LittleEndian.PutUint64(sparse[12:], 0) // no sectors of its own
	for i := 512; i < 21*512; i++ {
		sparse[i] = 0
	}
	copy(sparse[512:], description(`RW 12 FLAT "/etc/passwd" 0`))
	write(t, in("listing"), sparse)
	write(t, in("plain-listing"), sparse)
	for name, line := range map[string]string{
		"absolute": fmt.Sprintf("RW 12 FLAT %q 0", in("secret.raw")),
		"above":    `RW 12 FLAT "../secret.raw" 0`,
		"network":  `RW 12 FLAT "nbd:localhost:10809" 0`,
		"driver":   `RW 12 FLAT "json:{}" 0`,
		"in lines": "RW\n12\nFLAT\n\"/etc/passwd\" 0",
		"hidden":   `a="b" RW 12 FLAT "/etc/passwd" 0`,
		"link":     `RW 12 FLAT "link.raw" 0`,
		"chain":    `RW 12 SPARSE "plain-listing"`,
		"missing":  `RW 12 FLAT "disk-flat.vmdk" 0`,
		"nothing":  ``,
		"child":    `parentFileNameHint="secret.raw"`,
	} {
		write(t, in(name), []byte(description(line)))
	}
	if err := os.Symlink("secret.raw", in("link.raw")); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"backed": "refers to another file", "outside": "refers to another file", "listing": "refers to another file", "snapshot": "is a snapshot",
		"absolute": "Only files beside it", "above": "Only files beside it", "network": "Only files beside it", "driver": "Only files beside it",
		"in lines": "Only files beside it", "hidden": "Only files beside it", "link": "not a plain one", "chain": "refers to another file",
		"missing": "not beside it", "nothing": "lists no file", "child": "is a snapshot",
	}
}

// qemu-img would open the files that these disks name as soon as it is asked about them. So it must never be asked.
func TestADiskThatNamesOtherFilesIsRefusedBeforeQemuImgSeesIt(t *testing.T) {
	studytest.Need(t, "qemu-img")
	dir := t.TempDir()
	says := bait(t, dir)
	t.Setenv("PATH", t.TempDir()) // so there is no qemu-img
	for name, say := range says {
		_, err := disk.Find(filepath.Join(dir, name), false)
		if !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), say) {
			t.Errorf("%s: %v, want a sentence with %q", name, err, say)
		}
	}
}

func TestWhatIsNoDiskIsRefusedWithWhatToDo(t *testing.T) {
	dir := t.TempDir()
	text := func(at int, sign string) string {
		return strings.Repeat("\x00", at) + sign + strings.Repeat("\x00", 1024)
	}
	vdi := text(64, "\x7f\x10\xda\xbe") // of a kind that does not have all of its data
	vhd := []byte(text(0, "conectix"))
	vhd[63] = 4
	for name, tt := range map[string]struct{ content, say string }{
		"empty":        {"", "is empty"},
		"a text":       {"a text", "Convert it with qemu-img"},
		"torn qcow2":   {"QFI\xfb\x00\x00\x00\x03", "is cut off"},
		"torn vmdk":    {"KDMV", "is cut off"},
		"torn vdi":     {text(64, "\x7f\x10\xda\xbe")[:100], "is cut off"},
		"torn vhd":     {"conectix and no more", "is cut off"},
		"old qcow":     {text(0, "QFI\xfb\x00\x00\x00\x01"), "qemu-img convert -f qcow -O qcow2 old qcow"},
		"locked qcow2": {"QFI\xfb\x00\x00\x00\x02" + text(27, "\x01"), "is encrypted"},
		"vdi snapshot": {vdi, "VBoxManage clonemedium"},
		"vhd snapshot": {string(vhd), "Merge-VHD"},
		"gzip":         {"\x1f\x8b\x08 and so on", "gunzip gzip"},
		"xz":           {"\xfd7zXZ\x00 and so on", "unxz xz"},
		"zip":          {"PK\x03\x04 and so on", "unzip zip"},
		"luks":         {text(0, "LUKS\xba\xbe"), "is encrypted"},
		"cd":           {text(32769, "CD001"), "is an image of a CD"},
		"hybrid cd":    {strings.Repeat("\x00", 510) + "\x55\xaa" + text(32769-512, "CD001"), "is an image of a CD"},
		"odd":          {text(510, "\x55\xaa")[:513], "whole sectors"},
	} {
		write(t, filepath.Join(dir, name), []byte(tt.content))
		_, err := disk.Find(filepath.Join(dir, name), false)
		if !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), tt.say) {
			t.Errorf("%s: %v, want a sentence with %q", name, err, tt.say)
		}
	}
}

func TestAnArchiveWithoutOneDiskInOnePieceIsRefused(t *testing.T) {
	studytest.Need(t, "qemu-img")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write(t, in("a.ovf"), []byte("<Envelope/>"))
	write(t, in("b.iso"), aDisk())
	write(t, in("notes"), []byte("nothing of interest"))
	write(t, in("one"), aDisk())
	write(t, in("two"), aDisk())
	write(t, in("packed.gz"), []byte("\x1f\x8b\x08 and so on"))
	write(t, in("text.vmdk"), []byte("# Disk DescriptorFile\n"))
	qemuImg(t, "create", "-q", "-f", "qcow2", "-b", in("one"), "-F", "raw", in("backed"), "1M")
	for say, names := range map[string][]string{
		"holds no disk":                          {"a.ovf", "b.iso"},
		"is no disk that can be read":            {"a.ovf", "notes"},
		"holds 2 disks: one, two":                {"a.ovf", "one", "two"},
		"packed.gz in x.ova is compressed":       {"a.ovf", "packed.gz"},
		"has no disk in one piece":               {"a.ovf", "text.vmdk"},
		"backed in x.ova refers to another file": {"backed"},
	} {
		archive(t, in("x.ova"), tar.FormatUSTAR, names...)
		_, err := disk.Find(in("x.ova"), false)
		if !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), say) {
			t.Errorf("%v: %v, want a sentence with %q", names, err, say)
		}
	}
	archive(t, in("x.ova"), tar.FormatUSTAR, "a.ovf", "notes", "one")
	if d, err := disk.Find(in("x.ova"), false); err != nil || d.Name != "one in x.ova" {
		t.Errorf("one disk and something else: %+v, %v", d, err)
	}
	whole := read(t, in("x.ova"))
	write(t, in("x.ova"), whole[:len(whole)/2])
	if _, err := disk.Find(in("x.ova"), false); study.Sentence(err) == "" {
		t.Errorf("half an archive: %v, want a sentence", err)
	}
}

func TestWithoutQemuImgASentenceSaysSo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	d := disk.Disk{Path: "/dev/null", Name: "x", Format: disk.Qcow2}
	if err := d.Check(t.Context()); !strings.Contains(study.Sentence(err), "apt install qemu-utils") {
		t.Errorf("without qemu-img: %v", err)
	}
}

// Whatever is in a file, it is a disk or is refused with a sentence.
func FuzzFind(f *testing.F) {
	f.Add([]byte("QFI\xfb\x00\x00\x00\x03 and so on"))
	f.Add([]byte("KDMV and so on"))
	f.Add([]byte("# Disk DescriptorFile\nRW 1 FLAT \"x\" 0"))
	f.Add([]byte("conectix and so on"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "disk")
		write(t, path, content)
		if _, err := disk.Find(path, false); err != nil && study.Sentence(err) == "" {
			t.Errorf("%q: %v, want a sentence", content, err)
		}
	})
}
