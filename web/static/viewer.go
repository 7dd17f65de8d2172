package static

import "errors"

// ErrNoViewer says that this program was built without noVNC, the screen viewer. Its files are not
// in the repository.
var ErrNoViewer = errors.New(`the screen viewer is missing from this program: run "make build", which fetches noVNC first`)

// CheckViewer returns ErrNoViewer if this program cannot show desktops.
func CheckViewer() error {
	if _, ok := hashes["novnc/core/rfb.js"]; !ok {
		return ErrNoViewer
	}
	return nil
}
