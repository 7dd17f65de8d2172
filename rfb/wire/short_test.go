package wire_test

import "vmstudy/rfb/wiretest"

// Short names for what the tests of several packages share.
var (
	otherMessages = wiretest.OtherMessages
	raw           = wiretest.Raw
	readerOf      = wiretest.ReaderOf
	serverInit    = wiretest.ServerInit
)
