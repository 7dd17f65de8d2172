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

func TestATokenNarrowsWhatItsOwnerMayAndGivesNoMore(t *testing.T) {
	const mine, other = StudyID(1), StudyID(2)
	for name, c := range map[string]struct {
		role  Role
		admin bool
		token Token
		right Right
		in    StudyID
		want  bool
	}{
		"a right of both":                              {role: Owner, token: Token{Rights: []Right{See, Analyse}}, right: Analyse, in: mine, want: true},
		"a right of the role only":                     {role: Owner, token: Token{Rights: []Right{See}}, right: Analyse, in: mine},
		"a right of the token only":                    {role: Monitor, token: Token{Rights: []Right{Analyse}}, right: Analyse, in: mine},
		"in the study that the token names":            {role: Owner, token: Token{Rights: []Right{See}, Study: mine}, right: See, in: mine, want: true},
		"in another study than the token names":        {admin: true, token: Token{Rights: []Right{See}, Study: mine}, right: See, in: other},
		"in every study, if the owner administers":     {admin: true, token: Token{Rights: []Right{See}}, right: See, in: other, want: true},
		"to administer, which no token can":            {admin: true, token: Token{Rights: TokenRights()}, right: Administer},
		"what everybody may who has an account":        {token: Token{Rights: []Right{See}}, right: SignedIn, want: true},
		"a right of a study in which there is no role": {token: Token{Rights: []Right{See}}, right: See, in: mine},
	} {
		s := Standing{Administrator: c.admin, Roles: map[StudyID]Role{mine: c.role}, Token: &c.token}
		if got := s.May(c.right, c.in); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
