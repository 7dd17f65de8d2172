package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vmstudy/analysis/simulate"
	"vmstudy/postgres"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost/bootsector"
	"vmstudy/vmhost/build"
	"vmstudy/vmhost/vmhosttest"
)

// What was rehearsed in the background must reach a study only where that takes nothing from anybody.
func TestTheDemoIsRenewedOnlyWhereNobodyHasBegunOrEditedIt(t *testing.T) {
	studytest.Need(t, "postgres", "qemu")
	ctx, built := t.Context(), filepath.Join(t.TempDir(), "built")
	_, err := build.Appliance(ctx, vmhosttest.Host(t, 0), bootsector.Recipe, built, nil)
	must(t, err)
	edit := func(t *testing.T, h *house, d demo) {
		st, err := h.db.Study(ctx, d.study)
		must(t, err)
		draft := st.Draft
		draft.Seed++
		must(t, h.db.ReplaceDraft(ctx, d.study, st.Revision, draft))
	}
	begin := func(t *testing.T, h *house, d demo) {
		people, err := h.db.Participants(ctx, d.study)
		must(t, err)
		_, err = h.db.StartSession(ctx, people[0].ID, time.Now())
		must(t, err)
	}
	makeUp := func(t *testing.T, h *house, d demo) {
		run := simulate.Run{Assumptions: simulate.Usual(), Study: d.study, People: 1, Seed: 7, From: time.Now(), Asked: questionnaire.Of}
		must(t, run.Do(ctx, h.db, func(int, int) {}))
	}
	for name, tc := range map[string]struct {
		meanwhile func(*testing.T, *house, demo)
		renewed   bool
	}{
		"nobody has done anything":             {func(*testing.T, *house, demo) {}, true},
		"an experimenter has edited the draft": {edit, false},
		"a participant has begun":              {begin, false},
		"participants were made up":            {makeUp, true},
	} {
		t.Run(name, func(t *testing.T) {
			c := Config{Data: openData(t)}
			dir := filepath.Join(c.appliancesDir(), demoAppliance)
			must(t, os.CopyFS(dir, os.DirFS(built)))
			manifest := filepath.Join(dir, "manifest.yaml") // the smallest appliance takes the demo's name
			text, err := os.ReadFile(manifest)
			must(t, err)
			must(t, os.WriteFile(manifest, bytes.Replace(text, []byte("name: bootsector"), []byte("name: "+demoAppliance), 1), 0o644))
			rehearsed := func(content string) {
				must(t, os.MkdirAll(filepath.Join(dir, "traces"), 0o755))
				must(t, os.WriteFile(filepath.Join(dir, "traces", "rehearsal-press.trace"), []byte(content), 0o644))
			}
			must(t, withDatabase(ctx, c, func(db *postgres.DB) error {
				rehearsed("first")
				h := &house{cfg: c, db: db}
				d, err := h.setUpDemo(ctx)
				must(t, err)
				before, err := db.Study(ctx, d.study)
				must(t, err)
				rehearsed("second")
				tc.meanwhile(t, h, d)
				must(t, h.renewDemo(ctx, d))
				after, err := db.Study(ctx, d.study)
				must(t, err)
				if got := after.Published.ID != before.Published.ID; got != tc.renewed {
					t.Errorf("published anew: %v, want %v", got, tc.renewed)
				}
				if was, is := traces(before), traces(after); tc.renewed != (was != is) {
					t.Errorf("it is streamed by %s, and was by %s", is, was)
				}
				return nil
			}))
		})
	}
}

func traces(s study.Study) string {
	return study.Repertoire(s.Published.Design.Guest(demoAppliance).Traces)
}
