package server_test

import "vmstudy/rfb/wiretest"

// Short names for what the tests of several packages share.
type (
	turn = wiretest.Turn
)

var (
	awaitScreen     = wiretest.AwaitScreen
	firstDifference = wiretest.Difference
	follow          = wiretest.Follow
	look            = wiretest.Look
	must            = wiretest.Must
	painted         = wiretest.Painted
	raw             = wiretest.Raw
)
