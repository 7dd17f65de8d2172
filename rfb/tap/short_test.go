package tap_test

import "vmstudy/rfb/wiretest"

// Short names for what the tests of several packages share.
var (
	allocated     = wiretest.Allocated
	be32          = wiretest.BE32
	hostile       = wiretest.HostileMachines
	kept          = wiretest.Kept
	noise         = wiretest.Noise
	otherMessages = wiretest.OtherMessages
	raw           = wiretest.Raw
	rect          = wiretest.Rect
	samples       = wiretest.Samples
	serverInit    = wiretest.ServerInit
	update        = wiretest.Update
	zeros         = wiretest.Zeros
)
