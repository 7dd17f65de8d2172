package study

import (
	"slices"
	"time"
)

// Right is what somebody must have to open a page or to do something.
type Right string

// The rights. All but the first and the last are rights in one study.
const (
	SignedIn   Right = "signed in"  // whoever has an account; pages that need no more show only what their reader has rights to
	See        Right = "see"        // the design and its texts, and how many people take part
	Watch      Right = "watch"      // who is there now or has an appointment, and how far they are; nothing that they give
	Conduct    Right = "conduct"    // add people, know their links, see and help them at their desktops, decide what counts
	Correspond Right = "correspond" // say where mails about somebody's appointments go
	Read       Right = "read"       // what single people gave, by their codes
	Analyse    Right = "analyse"    // results and exports
	Change     Right = "change"     // the design, its versions, whether the study is open
	Manage     Right = "manage"     // who has which role; delete the study
	Administer Right = "administer" // all studies, all accounts, the audit
)

// Role is what an experimenter is in one study. The empty Role has no rights.
type Role string

// The roles. Administrators of the installation need none: they have every right in every study.
const (
	Owner     Role = "owner"
	Conductor Role = "experimenter" // conducts sessions; has no results
	Monitor   Role = "monitor"      // sees who is there, and nothing that anybody gave
	Analyst   Role = "analyst"      // reads what was given, by codes; has no links
	Blind     Role = "blind"        // reads results and exports, in which conditions are codes, too: see Blinding
)

// Roles returns all roles, the one with the most rights first.
func Roles() []Role { return []Role{Owner, Conductor, Monitor, Analyst, Blind} }

// rights has the rights of each role.
var rights = map[Role][]Right{
	Owner:     {See, Watch, Conduct, Correspond, Read, Analyse, Change, Manage},
	Conductor: {See, Watch, Conduct, Correspond, Read},
	Monitor:   {See, Watch},
	Analyst:   {See, Read, Analyse},
	Blind:     {Analyse},
}

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Kept reports whether no invitation changes r: an owner would lose rights, and who is blind would unblind themselves. An owner of the study can
// give them another role.
func (r Role) Kept() bool { return r == Owner || r == Blind }

// Standing is what one experimenter is, in the installation and in studies.
type Standing struct {
	Administrator bool
	Roles         map[StudyID]Role
	Token         *Token // by which a program acts for them, which narrows what they may; nil: they act themselves
}

// May reports whether somebody of this standing has a right in a study. The study is 0 where a page belongs to none.
func (s Standing) May(r Right, in StudyID) bool {
	if s.Token != nil && !s.Token.Reaches(r, in) {
		return false
	}
	return r == SignedIn || s.Administrator || slices.Contains(rights[s.Roles[in]], r)
}

// Blind reports whether somebody of this standing is not to know which condition of a study is which.
func (s Standing) Blind(in StudyID) bool { return !s.Administrator && s.Roles[in] == Blind }

// Account is an experimenter's account, for whoever administers the installation.
type Account struct {
	Experimenter
	Administrator bool
	DisabledAt    time.Time // zero: it may be used
	Studies       int       // in which it has a role
}

// Member is somebody with a role in a study.
type Member struct {
	Experimenter
	Role Role
}

// Invitation lets whoever has its link take a role. It can be used once, and as long as who made it may invite: who administers the installation,
// or owns the study that it is to. One that sets a password anew is void when the password changes in another way. When somebody becomes blind in a
// study, the invitations to its other roles are void: with one of them, that person could make themselves a second account.
type Invitation struct {
	TokenSHA256 []byte
	Study       StudyID        // 0: no study, but the account itself
	Role        Role           // in that study
	For         ExperimenterID // whose password the link sets anew; 0: anybody's who gets the link
	By          ExperimenterID
	MadeAt      time.Time
	ExpiresAt   time.Time
}

// InvitationLasts is how long an invitation can be used.
const InvitationLasts = 7 * 24 * time.Hour

// Acceptance is how somebody takes an invitation: as an account that there is, or as a new one.
type Acceptance struct {
	As           ExperimenterID // 0: a new account
	Name         string         // of a new account
	PasswordHash string         // of a new account, or the new one of Invitation.For
	At           time.Time
}

// ErrRoleKept is why who has a role that is kept cannot take an invitation.
var ErrRoleKept = Refuse(ErrConflict, "No invitation changes your role in this study. An owner can change it, on the page Members of the study.")

// What a study and an installation cannot be without.
var (
	ErrNoOwner         = Refuse(ErrConflict, "A study needs an owner. Make somebody else an owner first.")
	ErrNoAdministrator = Refuse(ErrConflict, "Somebody must administer the installation. Make somebody else an administrator first.")
)
