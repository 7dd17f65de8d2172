package screen_test

import "vmstudy/rfb/wiretest"

// Short names for what the tests of several packages share.
var (
	allocated       = wiretest.Allocated
	be32            = wiretest.BE32
	firstDifference = wiretest.Difference
	formats         = wiretest.Formats
	painted         = wiretest.Painted
	raw             = wiretest.Raw
	readerOf        = wiretest.ReaderOf
	rect            = wiretest.Rect
	samples         = wiretest.Samples
	update          = wiretest.Update
	zeros           = wiretest.Zeros
)
