package build

// What runs as root, of the computer or of a user namespace.
var (
	AsRoot       = asRoot
	RemoveAsRoot = removeAsRoot
)
