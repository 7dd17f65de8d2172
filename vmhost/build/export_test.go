package build

// Functions that run programs as root of the computer or of a user namespace.
var (
	AsRoot       = asRoot
	RemoveAsRoot = removeAsRoot
)
