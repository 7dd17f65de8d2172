package study

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
}

// Code names c in tables and data, as in "vnc/3G/type" or "stream-cluster/3G/type". Names of levels may have slashes in
// them, so nobody can tell the levels from the code; the condition table of a database can, and so can the columns of an export.
func (c Condition) Code() string {
	return c.Access.Level() + "/" + c.Network.Name + "/" + string(c.Task.ID)
}
