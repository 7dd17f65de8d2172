package study

// AccessMethod is how a participant reaches a virtual machine.
type AccessMethod string

// The ways to reach a virtual machine.
const (
	VNC    AccessMethod = "vnc"    // it runs far away; input and pixels travel (thin client)
	Stream AccessMethod = "stream" // it runs here; its memory and disk travel while it runs (thick client)
	Local  AccessMethod = "local"  // it runs here from local files, without a network: the baseline
)

// AccessMethods lists every method in the order in which pages show them.
func AccessMethods() []AccessMethod { return []AccessMethod{VNC, Stream, Local} }

// Valid reports whether m is one of AccessMethods.
func (m AccessMethod) Valid() bool { return m == VNC || m == Stream || m == Local }

// Networked reports whether m uses the emulated network.
func (m AccessMethod) Networked() bool { return m == VNC || m == Stream || m == Coded }

// Meaning says in a few words what m is, for people who lay out a study.
func (m AccessMethod) Meaning() string {
	switch m {
	case VNC:
		return "the machine runs far away, its screen is sent"
	case Stream:
		return "the machine runs here, it is streamed while it runs"
	case Local:
		return "the machine runs here, everything is here"
	}
	return "unknown access method"
}
