package session

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vmstudy/study"
)

func TestAVariantHasTheSameImagesAndOtherRehearsals(t *testing.T) {
	app := smallAppliance(t)
	dir := filepath.Join(t.TempDir(), "variant")
	v, err := Variant(t.Context(), app, dir, Rehearsed{
		By: []string{"type"}, Tasks: []study.TaskID{"type"}, Strategies: []study.Strategy{study.BestStrategy, study.OrderStrategy},
	}, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	if v.Content() != app.Content() || len(v.Tasks) != len(app.Tasks) {
		t.Errorf("the variant is another appliance: %+v", v)
	}
	for _, path := range []string{v.LocalFiles().Memory, v.LocalFiles().Disk, v.LocalFiles().Device} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("an image is missing: %v", err)
		}
	}
	if names, err := Rehearsals(v.Dir); err != nil || !slices.Equal(names, []string{"type"}) {
		t.Errorf("its rehearsals are %q, %v", names, err)
	}
	entries, err := os.ReadDir(filepath.Join(v.Dir, bundlesDir))
	if err != nil || len(entries) != 2 {
		t.Errorf("its bundles are %v, %v; want two of one task", entries, err)
	}
	if _, err := os.Stat(filepath.Join(app.Dir, bundlesDir)); err == nil {
		t.Error("the appliance itself has got bundles")
	}
	if _, err := Variant(t.Context(), app, filepath.Join(t.TempDir(), "other"), Rehearsed{By: []string{"none"}, Tasks: []study.TaskID{"type"}, Strategies: []study.Strategy{study.BestStrategy}}, func(int, int) {}); err == nil {
		t.Error("a rehearsal that is not there is learned from")
	}
}

func TestPackedSizeIsOfWhatIsSent(t *testing.T) {
	app := smallAppliance(t)
	traces, err := RehearsalsOf(app.Dir, "type")
	if err != nil {
		t.Fatal(err)
	}
	device, err := PackedSize(t.Context(), app, nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := PackedSize(t.Context(), app, traces[0].Accesses)
	if err != nil {
		t.Fatal(err)
	}
	if device == 0 || all <= device || all >= 2<<20 {
		t.Errorf("the devices take %d bytes, with 200 pages %d; want more, packed", device, all)
	}
}
