package store

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vmstudy/files"
	"vmstudy/stream/wire"
)

// Strangers names the files in the store that it does not read, with what to do about them.
func (s *Store) Strangers() (strange []string, err error) {
	for dir, ending := range map[string]string{s.packsDir(): packEnding, s.indexesDir(): indexEnding} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", filepath.Base(dir), err)
		}
		for _, e := range entries {
			name, is := strings.CutSuffix(e.Name(), ending)
			if !files.Unfinished(e.Name()) && !strings.HasPrefix(e.Name(), ".") && !(is && wire.PlainName(name)) {
				strange = append(strange, fmt.Sprintf("%q: it is none of the store's files, whose names end in %s. Move it elsewhere",
					filepath.Join(filepath.Base(dir), e.Name()), ending))
			}
		}
	}
	slices.Sort(strange)
	return strange, nil
}
