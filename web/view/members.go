package view

// Members is the page of who has which role in a study.
type Members struct {
	Study   Study
	Rows    []MemberRow
	Roles   []RoleChoice
	Invited string // the link of an invitation that was made just now; empty for none
	Say     string // what was refused
}

// MemberRow is somebody with a role.
type MemberRow struct {
	ID   int64
	Name string
	Role string
}

// RoleChoice is a role, with what it means.
type RoleChoice struct{ Value, Meaning string }

// Accounts is the page of all accounts.
type Accounts struct {
	Rows    []AccountRow
	Link    string // of an invitation or a new password, made just now; empty for none
	LinkFor string // whom it is for
	Resets  bool   // whether it sets a new password
	Say     string // what was refused
}

// AccountRow is an account.
type AccountRow struct {
	Own           bool // of who reads the page
	ID            int64
	Name          string
	Administrator bool
	Disabled      string // since when; empty: it may be used
	Second        bool   // whether it has a second factor
	Studies       int
}

// Invited is the page behind an invitation.
type Invited struct {
	Action string // the path to which the form is sent
	What   string // what it is an invitation to
	Kept   bool   // whether who is signed in has a role that no invitation changes
	As     string // who is signed in and can take it; empty for nobody
	Renews string // whose password is set anew; empty for nobody's
	Name   string // what was typed
	Say    string // what was refused
}
