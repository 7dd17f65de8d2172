package view

// MomentRow is one thing that happened to a person.
type MomentRow struct {
	Day  string // if it is another than that of the row before
	At   string
	Kind string
	What string
	Raw  []RawValue // as they are stored
}

// RawValue is a stored value with its name.
type RawValue struct{ Name, Value string }
