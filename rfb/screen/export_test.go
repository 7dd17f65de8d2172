package screen

import (
	"vmstudy/rfb/wire"
)

// Encoding returns the encoding in which pixels are sent.
func (e *Encoder) Encoding() wire.Encoding { return e.encoding }
