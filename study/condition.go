package study

import "strings"

// NamedNetwork is one level of the factor network.
type NamedNetwork struct {
	Name    string // as in "3G": shown to experimenters and in the data, never to participants
	Network Network
}

// NoNetwork is the network level of the local method, which uses no network.
var NoNetwork = NamedNetwork{Name: "none"}

// Condition is one combination of levels.
type Condition struct {
	Access
	Network NamedNetwork
	Task    Task
	Levels  []LevelOf // one of each free factor, in the order of the design
	Form    string    // of the task, in this trial; empty if it has none. Not part of the condition, nor of its code
}

// Code names c on pages and in the database, as in "vnc/3G/type", or "vnc/3G/type/dark" with a level of a free factor. Names of levels may have
// slashes in them, so nobody can tell the levels from the code; Names can, and so can the code that files have.
func (c Condition) Code() string { return strings.Join(c.Names(), "/") }

// Names are the names of the levels of c: of the access method, the network, the task, and the free factors.
func (c Condition) Names() []string {
	names := []string{c.Access.Level(), c.Network.Name, c.Task.Level()}
	for _, l := range c.Levels {
		names = append(names, l.Name)
	}
	return names
}

// FreeLevel returns the name of the level that c has of a free factor; empty if there is no such factor.
func (c Condition) FreeLevel(factor string) string {
	for _, l := range c.Levels {
		if l.Factor == factor {
			return l.Name
		}
	}
	return ""
}
