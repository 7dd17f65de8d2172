package view

import "slices"

// Account is the page of somebody's own account.
type Account struct {
	Logins   []LoginRow
	Changed  bool   // whether the password was changed just now
	Say      string // what was refused
	Shortest int    // characters of a password
	Second   bool   // whether they have a second factor
	Tokens   int    // of their programs that work
}

// SecondFactor is the page on which somebody enrols or removes a second factor.
type SecondFactor struct {
	Since    string // when it was enrolled; empty: they have none
	Left     int    // recovery codes that were not used
	Secret   string // to type into an app; only where they have none
	QR       QR     // the same, to be read by it
	Required bool   // whether the installation asks everybody for one
	Say      string // what was refused
}

// LoginRow is a browser in which they are signed in.
type LoginRow struct {
	ID                          int64
	Here                        bool // the one that shows the page
	Opened, Seen, From, Browser string
}

// Tokens is the page of the tokens by which programs act for somebody.
type Tokens struct {
	Rows     []TokenRow
	Rights   []Choice // that a token can have
	Made     string   // a token that was just made, which is shown once; else empty
	MadeName string
	Say      string // what was refused
	Second   bool   // whether making one needs a code
	Working  int    // how many work

	Name, Days, Study string // as they were typed
	Chosen            []string
	Changes           bool
}

func (v Tokens) chosen(right string) bool { return slices.Contains(v.Chosen, right) }

// TokenRow is one token.
type TokenRow struct {
	ID                               int64
	Name, Reaches, Made, Used, State string
	Works                            bool
}
