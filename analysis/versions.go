package analysis

import (
	"fmt"

	"vmstudy/document"
	"vmstudy/study"
)

// Described returns the version that has the given number, or the newest for 0, and the other versions that differ from it in
// nothing but what participants read. versions are those of one study, the newest first. If none has the number, the error
// is study.ErrNotFound.
func Described(versions []study.Version, number int) (described study.Version, alike []study.Version, err error) {
	for _, v := range versions {
		if number == 0 || v.Number == number {
			described = v
			break
		}
	}
	if described.Number == 0 {
		return described, nil, fmt.Errorf("version %d: %w", number, study.ErrNotFound)
	}
	for _, v := range versions {
		if v.ID != described.ID && document.OnlyWording(document.Changes(v.Design, described.Design)) {
			alike = append(alike, v)
		}
	}
	return described, alike, nil
}

// Describing returns f so that the data of a version count, and with it those of other versions.
func (f Filter) Describing(v study.Version, with ...study.Version) Filter {
	f.Versions = []string{v.Hash}
	for _, other := range with {
		f.Versions = append(f.Versions, other.Hash)
	}
	return f
}
