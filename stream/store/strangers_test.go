package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/stream/streamtest"
)

func TestFilesThatTheStoreDoesNotReadAreNamed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	pack(t, s, "demo", streamtest.Source("memory", streamtest.Pages(1, mib)))
	for _, name := range []string{"packs/mine.pack.bak", "indexes/demo.txt", "packs/.DS_Store"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Strangers()
	if err != nil || len(got) != 2 || !strings.HasPrefix(got[0], `"indexes/demo.txt": `) || !strings.HasPrefix(got[1], `"packs/mine.pack.bak": `) {
		t.Errorf("named are %q, %v", got, err)
	}
}
