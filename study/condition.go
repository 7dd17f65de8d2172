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
	Method   AccessMethod
	Strategy Strategy // of the Stream method; else empty
	Network  NamedNetwork
	Task     Task
}

// Code names c in tables and data, as in "vnc/3G/type" or "stream-cluster/3G/type".
func (c Condition) Code() string {
	return c.Access() + "/" + c.Network.Name + "/" + string(c.Task.ID)
}

// Access names the access method of c with its strategy, as in "vnc" or "stream-cluster". Use it
// wherever a condition is shown: the method alone does not tell two strategies apart.
func (c Condition) Access() string {
	if c.Strategy == "" {
		return string(c.Method)
	}
	return string(c.Method) + "-" + string(c.Strategy)
}
