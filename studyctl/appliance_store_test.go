package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	other := filepath.Join(data, "appliances", "My_Desk")
	if err := os.Mkdir(other, 0o755); err != nil {
		t.Fatal(err)
	}
	run(`"My_Desk": an appliance has a name of`, "list")
	if out, err := command(t, "appliance", "verify", "--data", data); err == nil || !strings.Contains(out, "My_Desk") {
		t.Errorf("verify of what is no appliance printed %q, %v", out, err)
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
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
