package analysis

import (
	"fmt"
	"slices"

	"vmstudy/document"
	"vmstudy/study"
)

// Described returns the version that has the given number, and the other versions that differ from it in
// nothing but what participants read. The number 0 stands for the newest version in which somebody has taken part or, if nobody has in any, the
// newest: so publishing a version hides no results. versions are those of one study. If none has the number, the error is study.ErrNotFound.
func Described(versions []Published, number int) (described study.Version, alike []study.Version, err error) {
	i := slices.IndexFunc(versions, func(v Published) bool { return v.Number == number })
	if number == 0 {
		i = newest(versions)
	}
	if i < 0 {
		return described, nil, fmt.Errorf("version %d: %w", number, study.ErrNotFound)
	}
	described = versions[i].Version
	for _, v := range versions { // codes would hide changes, as of a network that has kept its name
		if v.ID != described.ID && document.OnlyWording(document.Changes(v.plainDesign(), versions[i].plainDesign())) {
			alike = append(alike, v.Version)
		}
	}
	return described, alike, nil
}

// newest returns the index of the newest version that has visits or, if none has, of the newest; -1 if there is none.
func newest(versions []Published) int {
	found := -1
	for i, v := range versions {
		if found < 0 || v.Visits > 0 && versions[found].Visits == 0 || (v.Visits > 0) == (versions[found].Visits > 0) && v.Number > versions[found].Number {
			found = i
		}
	}
	return found
}

// Describing returns f so that the data of a version count, and with it those of other versions.
func (f Filter) Describing(v study.Version, with ...study.Version) Filter {
	f.Versions = []string{v.Hash}
	for _, other := range with {
		f.Versions = append(f.Versions, other.Hash)
	}
	return f
}
