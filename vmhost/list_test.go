package vmhost

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestWhatIsNoApplianceIsNamedAndKeepsNoOtherFromBeingListed(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"x", "damaged", "misnamed", "My_Desk", "empty", ".building"} {
		dir := filepath.Join(root, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if name != "empty" {
			frozen(t, dir)
		}
	}
	for _, file := range []string{"notes.txt", "damaged/disk.raw"} {
		if err := os.WriteFile(filepath.Join(root, file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	all, passed, err := List(root)
	if err != nil || len(all) != 1 || all[0].Name != "x" {
		t.Errorf("listed %v, %v; want x alone", all, err)
	}
	for name, why := range map[string]string{
		"damaged":   "disk.raw has 0 bytes, the manifest says 8",
		"misnamed":  `its manifest calls it "x"`,
		"My_Desk":   "Rename the directory",
		"empty":     "it has no manifest.yaml",
		"notes.txt": "Move it elsewhere",
	} {
		i := slices.IndexFunc(passed, func(u Unusable) bool {
			return u.Name == name && u.Stray == (name == "notes.txt") && strings.Contains(u.String(), why)
		})
		if i < 0 {
			t.Errorf("nothing says of %s %q, in %q", name, why, passed)
			continue
		}
		passed = slices.Delete(passed, i, i+1)
	}
	if len(passed) > 0 {
		t.Errorf("passed over as well: %q", passed)
	}
	if all, passed, err := List(filepath.Join(root, "nowhere")); err != nil || len(all)+len(passed) > 0 {
		t.Errorf("a root that is not there: %v, %v, %v", all, passed, err)
	}
}
