package study

import "testing"

func TestARoleHasItsRightsInItsStudyOnly(t *testing.T) {
	const mine, other = StudyID(1), StudyID(2)
	for role, want := range map[Role]map[Right]bool{
		Owner:     {See: true, Watch: true, Conduct: true, Read: true, Analyse: true, Change: true, Manage: true},
		Conductor: {See: true, Watch: true, Conduct: true, Read: true},
		Monitor:   {See: true, Watch: true},
		Analyst:   {See: true, Read: true, Analyse: true},
		"":        {},
		"king":    {},
	} {
		s := Standing{Roles: map[StudyID]Role{mine: role}}
		for _, right := range []Right{See, Watch, Conduct, Read, Analyse, Change, Manage, Administer, "of nobody"} {
			if got := s.May(right, mine); got != want[right] {
				t.Errorf("%q may %s: %v, want %v", role, right, got, want[right])
			}
			if s.May(right, other) || s.May(right, 0) {
				t.Errorf("%q may %s in a study in which they have no role", role, right)
			}
			if !(Standing{Administrator: true}).May(right, other) {
				t.Errorf("whoever administers may not %s", right)
			}
		}
		if !s.May(SignedIn, 0) {
			t.Errorf("%q is not signed in", role)
		}
		if role.Valid() != (len(want) > 0) {
			t.Errorf("%q is valid: %v", role, role.Valid())
		}
	}
}
