package view

// Power is the form of the power of a planned comparison, with what was simulated.
type Power struct {
	Fields
	Action      string
	Comparisons []Choice
	Numbers     []Assumption
	Most        int      // studies for each number of participants
	Say         string   // why nothing was simulated
	Section     *Section // what was
}

// Assumption is a number that a researcher assumes.
type Assumption struct{ Field, Label, Help string }
