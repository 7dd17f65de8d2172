package main

import (
	"crypto/sha256"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/stream/store"
	"vmstudy/stream/streamtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// rawDisk writes a raw disk of size bytes with the mark of a partition table. It has data at every multiple of step, and
// holes everywhere else.
func rawDisk(t *testing.T, path string, size, step int64, data []byte) {
	t.Helper()
	f, err := os.Create(path)
	if err == nil {
		err = f.Truncate(size)
	}
	for at := int64(0); err == nil && at < size; at += step {
		_, err = f.WriteAt(data, at)
	}
	if err == nil {
		_, err = f.WriteAt([]byte{0x55, 0xaa}, 510)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func qemuImg(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "qemu-img", args...).CombinedOutput(); err != nil {
		t.Fatalf("qemu-img %v: %v: %s", args, err, out)
	}
}

// stored returns the SHA-256 of the disk of a packed appliance, and its content id.
func stored(t *testing.T, data, name string) (sum [sha256.Size]byte, content string) {
	t.Helper()
	s, err := store.Open(filepath.Join(data, "store"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ix, err := s.Index(name)
	if err != nil {
		t.Fatal(err)
	}
	source, h := s.Sources(ix)[0], sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(source.Content, 0, source.Size)); err != nil {
		t.Fatal(err)
	}
	return [sha256.Size]byte(h.Sum(nil)), ix.Content
}

func TestADiskIsTheSameHoweverItIsWrittenAndCalled(t *testing.T) {
	studytest.Need(t, "qemu-img")
	data, dir := t.TempDir(), t.TempDir()
	raw := filepath.Join(dir, "disk.raw")
	rawDisk(t, raw, 24<<20, 8<<20, streamtest.Pages(1, 3<<20))
	whole, err := os.ReadFile(raw)
	if err != nil {
		t.Fatal(err)
	}
	dense := filepath.Join(dir, "dense.img") // the same disk without holes
	if err := os.WriteFile(dense, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{"sparse": raw, "dense": dense}
	for name, args := range map[string][]string{
		"qcow2": {"-O", "qcow2", "-c"}, "vmdk": {"-O", "vmdk", "-o", "subformat=streamOptimized"}, "vdi": {"-O", "vdi"}, "vhdx": {"-O", "vhdx"},
	} {
		paths[name] = filepath.Join(dir, name+".img")
		qemuImg(t, append(append([]string{"convert", "-f", "raw"}, args...), raw, paths[name])...)
	}
	want, id := sha256.Sum256(whole), ""
	var packs []string
	for name, path := range paths {
		if out, err := command(t, "appliance", "import", name, "--disk", path, "--data", data); err != nil || !strings.Contains(out, "packed to") {
			t.Fatalf("import %s printed %q, %v", path, out, err)
		}
		got, content := stored(t, data, name)
		if got != want {
			t.Errorf("%s: the imported disk has other bytes", name)
		}
		if id == "" {
			id = content
		}
		if content != id {
			t.Errorf("%s: the content is called %s, that of another %s", name, content, id)
		}
		files, err := os.ReadDir(filepath.Join(data, "store", "packs"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			packs = append(packs, f.Name())
		}
	}
	for _, pack := range packs {
		if pack != packs[0] {
			t.Errorf("the same disk was packed into %s and %s, want one pack", pack, packs[0])
		}
	}
	if left, _ := filepath.Glob(filepath.Join(data, "run", "*")); len(left) > 1 { // the accelerator's memory
		t.Errorf("left behind: %v", left)
	}
}

// A disk may be huge and nearly empty. An import then needs little room and little time. Once, reading 60 GiB of zeros took
// three minutes, and an empty disk of 40 GiB was refused because there were not 43 GB of room.
func TestEmptyRoomCostsNothing(t *testing.T) {
	studytest.Need(t, "qemu-img")
	data, dir := t.TempDir(), t.TempDir()
	sparse, empty := filepath.Join(dir, "sparse.img"), filepath.Join(dir, "empty.qcow2")
	rawDisk(t, sparse, 60<<30, 15<<30, streamtest.Pages(1, 16<<20))
	qemuImg(t, "create", "-q", "-f", "qcow2", empty, "900G") // more than is free on any disk of ours
	for name, want := range map[string]struct {
		path         string
		size, filled int64
	}{"sparse": {sparse, 60 << 30, 80 << 20}, "empty": {empty, 900 << 30, 0}} {
		if out, err := command(t, "appliance", "import", name, "--disk", want.path, "--data", data); err != nil {
			t.Fatalf("import %s printed %q, %v", name, out, err)
		}
		if p := listAll(t, data)[name].Packed; p == nil || p.Size != want.size || p.Filled > want.filled {
			t.Errorf("%s: packed %+v, want a size of %d and at most %d filled", name, p, want.size, want.filled)
		}
	}
}

// A disk from a stranger may contain anything, and qemu-img believes what a disk says.
func TestDisksThatCannotBeImportedAreRefusedWithASentence(t *testing.T) {
	studytest.Need(t, "qemu-img")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(in(name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("secret.raw", strings.Repeat("secret", 1<<10))
	qemuImg(t, "create", "-q", "-f", "qcow2", "-b", in("secret.raw"), "-F", "raw", in("backed.img"), "1M")
	qemuImg(t, "create", "-q", "-f", "qcow2", in("huge.qcow2"), "2T")
	write("odd.raw", strings.Repeat("\x55\xaa", 300))
	write("empty.img", "")
	write("text.txt", "a text")
	write("torn.qcow2", "QFI\xfb and then nothing of the kind")
	write("wrong.qcow2", "QFI\xfb\x00\x00\x00\x03"+strings.Repeat("\x00", 1<<10))
	for file, say := range map[string]string{
		"backed.img":  "refers to another file",
		"huge.qcow2":  "at most 1024 GiB",
		"odd.raw":     "whole sectors",
		"empty.img":   "is empty",
		"text.txt":    "say --raw",
		"torn.qcow2":  "is cut off",
		"wrong.qcow2": "cannot be read as a qcow2 disk",
	} {
		data := t.TempDir()
		_, err := command(t, "appliance", "import", "x", "--disk", in(file), "--data", data)
		if !strings.Contains(study.Sentence(err), say) {
			t.Errorf("%s: %v, want a sentence with %q", file, err, say)
		}
		if all := listAll(t, data); len(all) != 0 {
			t.Errorf("%s: it is in the store all the same: %v", file, all)
		}
	}
	if out, err := command(t, "appliance", "import", "x", "--disk", in("secret.raw"), "--raw", "--data", t.TempDir()); err != nil {
		t.Errorf("a file that is called a raw disk: %q, %v", out, err)
	}
}
