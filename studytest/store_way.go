package studytest

import (
	"context"
	"slices"

	"vmstudy/study"
)

// LinkWays returns the ways in which the links of a version's sessions were made, ordered by name.
// Sessions of pilots and of simulated participants do not count.
func (s *Store) LinkWays(_ context.Context, v study.VersionID) ([]study.LinkWay, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ways []study.LinkWay
	for _, x := range s.sessions {
		if x.Version.ID != v || x.Participant.Pilot || x.Participant.Simulated {
			continue
		}
		for _, t := range x.Trials {
			for _, a := range t.Attempts {
				if a.Link.Way != "" {
					ways = append(ways, a.Link.Way)
				}
			}
		}
	}
	slices.Sort(ways)
	return slices.Compact(ways), nil
}
