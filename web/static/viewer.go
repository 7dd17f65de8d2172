package static

import "errors"

// ErrNoViewer says that this program was built without the screen viewer, noVNC, whose files
// are not kept in the repository.
var ErrNoViewer = errors.New(`the screen viewer is missing from this program: run "make build", which fetches noVNC first`)

// CheckViewer returns ErrNoViewer if desktops cannot be shown.
func CheckViewer() error {
	if _, ok := hashes["novnc/core/rfb.js"]; !ok {
		return ErrNoViewer
	}
	return nil
}
