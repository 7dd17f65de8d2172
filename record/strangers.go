package record

import (
	"fmt"
	"os"
	"strings"

	"vmstudy/study"
)

// Strangers names the files in the directory that belong to none of the given recordings, or to a deleted one, and says what to
// do about them. If a participant withdraws, this program would not delete these files.
func (l *Library) Strangers(all []study.Recording) (strange []string, err error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, fmt.Errorf("list recordings: %w", err)
	}
	gone := map[string]bool{}
	for _, r := range all {
		gone[fileStem(r.Attempt)] = !r.DeletedAt.IsZero()
	}
	for _, e := range entries {
		stem, _, _ := strings.Cut(e.Name(), ".")
		deleted, known := gone[stem+"."]
		switch {
		case stem == "": // hidden
		case !known:
			strange = append(strange, fmt.Sprintf("%q: it belongs to no recording of this database. Move it to where it belongs, or delete it", e.Name()))
		case deleted:
			strange = append(strange, fmt.Sprintf("%q: its recording counts as deleted. The server deletes it when it starts", e.Name()))
		}
	}
	return strange, nil
}
