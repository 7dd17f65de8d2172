package robot_test

import "vmstudy/rfb/wiretest"

// Short names for what the tests of several packages share.
type (
	turn = wiretest.Turn
)

var (
	be32          = wiretest.BE32
	follow        = wiretest.Follow
	hostile       = wiretest.HostileMachines
	must          = wiretest.Must
	noise         = wiretest.Noise
	otherMessages = wiretest.OtherMessages
	raw           = wiretest.Raw
	rect          = wiretest.Rect
	samples       = wiretest.Samples
	serverInit    = wiretest.ServerInit
	update        = wiretest.Update
	zeros         = wiretest.Zeros
)
