package rfb_test

import "vmstudy/rfb/wiretest"

// Short names for what the tests of several packages share.
type (
	looker = wiretest.Looker
)

var (
	awaitScreen     = wiretest.AwaitScreen
	firstDifference = wiretest.Difference
	formats         = wiretest.Formats
	kept            = wiretest.Kept
	look            = wiretest.Look
	must            = wiretest.Must
	painted         = wiretest.Painted
)
