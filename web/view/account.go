package view

// Account is the page of somebody's own account.
type Account struct {
	Logins   []LoginRow
	Changed  bool   // whether the password was changed just now
	Say      string // what was refused
	Shortest int    // characters of a password
}

// LoginRow is a browser in which they are signed in.
type LoginRow struct {
	ID                          int64
	Here                        bool // the one that shows the page
	Opened, Seen, From, Browser string
}
