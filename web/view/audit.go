package view

// Audit is the page that says who did what.
type Audit struct {
	Rows                         []AuditRow // the newest first
	Who, Action, About, From, To string     // as typed
	Head                         string     // of the list, with the view of this page in it
	Older                        string     // where the next page is; empty for none
}

// AuditRow is one thing that somebody did.
type AuditRow struct{ Number, At, Who, Action, About, Why, Sum string }
