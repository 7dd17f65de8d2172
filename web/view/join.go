package view

// Join is the page of an open link.
type Join struct {
	Action   string // the path of this page, to which its form goes
	Title    string // of the study
	Takes    string // about how long the session takes, or each visit, as a sentence
	Language string
	Say      string // why nobody can join now; empty if somebody can
	IDs      []Hidden
	Return   string // the path of who has begun in this browser; empty if that may be somebody else
}

// Hidden is a hidden field of a form.
type Hidden struct{ Name, Value string }
