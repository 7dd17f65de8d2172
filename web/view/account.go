package view

// Account is the page of somebody's own account.
type Account struct {
	Logins   []LoginRow
	Changed  bool   // whether the password was changed just now
	Say      string // what was refused
	Shortest int    // characters of a password
	Second   bool   // whether they have a second factor
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
