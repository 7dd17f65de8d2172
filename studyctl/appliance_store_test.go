package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/stream/store"
	"vmstudy/stream/streamtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost/vmhosttest"
)

// listAll returns what appliance list prints for programs.
func listAll(t *testing.T, data string) map[string]listed {
	t.Helper()
	out, err := command(t, "appliance", "list", "--json", "--data", data)
	var all struct{ Appliances []listed }
	if err == nil {
		err = json.Unmarshal([]byte(out), &all)
	}
	if err != nil {
		t.Fatalf("appliance list printed %q, %v", out, err)
	}
	found := map[string]listed{}
	for _, a := range all.Appliances {
		found[a.Name] = a
	}
	return found
}

func TestAnApplianceIsPackedVerifiedAndRemoved(t *testing.T) {
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
	run := func(say string, args ...string) {
		t.Helper()
		out, err := command(t, append(append([]string{"appliance"}, args...), "--data", data)...)
		if err != nil || !strings.Contains(out, say) {
			t.Errorf("appliance %v printed %q, %v; want %q", args, out, err, say)
		}
	}
	if a := listAll(t, data)[built.Name]; !a.Installed || !a.Fits || a.Packed != nil {
		t.Errorf("before it is packed, list has %+v", a)
	}
	run("packed to", "pack", built.Name)
	p := listAll(t, data)[built.Name].Packed
	if p == nil || !p.Current || p.Dedup < 1 || p.Compression < 1 || p.Stored == 0 || p.Stored > p.Filled {
		t.Errorf("after it is packed, list has %+v", p)
	}
	run("the store has it as it was packed", "verify", built.Name)
	run("the files are as they were built", "verify")

	packs, err := filepath.Glob(filepath.Join(data, "store", "packs", "*"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("packs %v, %v", packs, err)
	}
	pack, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	pack[len(pack)/4] ^= 1
	if err := os.WriteFile(packs[0], pack, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := command(t, "appliance", "verify", "--data", data)
	if err == nil || !strings.Contains(out, built.Name+": chunk") || !strings.Contains(out, "appliance pack "+built.Name) {
		t.Errorf("verify of a damaged store printed %q, %v; want what is damaged, and how to mend it", out, err)
	}
	run("packed to", "pack", built.Name)
	run("the store has it as it was packed", "verify")

	run("is removed", "remove", built.Name, "--keep-files")
	if a := listAll(t, data)[built.Name]; !a.Installed || a.Packed != nil {
		t.Errorf("after it was removed from the store, list has %+v", a)
	}
	run("is removed", "remove", built.Name)
	if all := listAll(t, data); len(all) != 0 {
		t.Errorf("after it was removed, list has %v", all)
	}
	if _, err := command(t, "appliance", "remove", built.Name, "--data", data); study.Sentence(err) == "" {
		t.Errorf("removing it again: %v, want a sentence", err)
	}
}

func TestADiskIsImportedFromQcow2AndRaw(t *testing.T) {
	studytest.Need(t, "qemu-img")
	data, dir := t.TempDir(), t.TempDir()
	disk := streamtest.Pages(1, 3<<20)
	raw, qcow2 := filepath.Join(dir, "disk.img"), filepath.Join(dir, "disk.qcow2")
	if err := os.WriteFile(raw, disk, 0o644); err != nil {
		t.Fatal(err)
	}
	qemuImg(t, "convert", "-f", "raw", "-O", "qcow2", "-c", raw, qcow2)
	for name, path := range map[string]string{"one": raw, "two": qcow2} {
		if out, err := command(t, "appliance", "import", name, "--disk", path, "--data", data); err != nil || !strings.Contains(out, "packed to") {
			t.Fatalf("import %s printed %q, %v", path, out, err)
		}
	}
	all := listAll(t, data)
	if one, two := all["one"].Packed, all["two"].Packed; one == nil || two == nil || one.Alone != 0 || *one != *two {
		t.Errorf("the same disk twice: %+v and %+v, want nothing that only one has", one, two)
	}
	s, err := store.Open(filepath.Join(data, "store"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ix, err := s.Index("two")
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(disk))
	if _, err := s.Sources(ix)[0].Content.ReadAt(got, 0); err != nil || string(got) != string(disk) {
		t.Errorf("the imported disk: %v, equal %v", err, string(got) == string(disk))
	}
	if left, _ := filepath.Glob(filepath.Join(data, "run", "*")); len(left) > 1 { // the accelerator's memory
		t.Errorf("left behind: %v", left)
	}
}

func qemuImg(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "qemu-img", args...).CombinedOutput(); err != nil {
		t.Fatalf("qemu-img %v: %v: %s", args, err, out)
	}
}

// What a stranger hands over may be anything, and qemu-img would believe it.
func TestHostileAndAbsurdDisksAreRefusedWithASentence(t *testing.T) {
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
	qemuImg(t, "create", "-q", "-f", "qcow2", "-b", in("secret.raw"), "-F", "raw", in("backed.qcow2"), "1M")
	qemuImg(t, "create", "-q", "-f", "qcow2", "-o", "data_file="+in("data.raw"), in("outside.qcow2"), "1M")
	qemuImg(t, "create", "-q", "-f", "qcow2", in("huge.qcow2"), "2T")
	write("odd.raw", "not a whole sector")
	write("empty.img", "")
	write("text.txt", "a text")
	write("torn.qcow2", "QFI\xfb and then nothing of the kind")
	for file, say := range map[string]string{
		"backed.qcow2":  "refers to another file",
		"outside.qcow2": "refers to another file",
		"huge.qcow2":    "at most 1024 GiB",
		"odd.raw":       "whole sectors",
		"empty.img":     "whole sectors",
		"text.txt":      "is no qcow2 disk",
		"torn.qcow2":    "cannot be read as a qcow2 disk",
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
}
