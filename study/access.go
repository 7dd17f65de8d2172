package study

// Access is one level of the factor access method: how a machine is reached, and with which options.
// The options are fields of their own; the zero value of each is what a study has that does not speak of it.
type Access struct {
	Name     string       // in the data; empty: it is called after its method and strategy, see Level
	Method   AccessMethod // its kind
	Strategy Strategy     // of the Stream method; empty means BestStrategy, and the level is not called after it
	Warm     bool         // of the Stream method: it begins with what the near cache has; else with nothing
}

// Level returns the name of the level in the data, as in "vnc", "stream-cluster" or "stream-warm".
func (a Access) Level() string {
	if a.Name == "" {
		return a.usualName()
	}
	return a.Name
}

// usualName is what the level is called if it has no name of its own.
func (a Access) usualName() string {
	if a.Strategy == "" {
		return string(a.Method)
	}
	return string(a.Method) + "-" + string(a.Strategy)
}

// Called returns the level with a name in the data. Levels that are called alike and have the same options are equal.
func (a Access) Called(name string) Access {
	if a.Name = name; name == a.usualName() {
		a.Name = ""
	}
	return a
}
