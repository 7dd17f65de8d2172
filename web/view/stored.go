package view

// StoredList is what is stored about a participant, in sentences of their language.
type StoredList struct {
	Goes, Stays []string // what is erased when they want it, and what stays then
}
