package visit

// What the tests from outside see of the inside.

const (
	HandInHeader = handInHeader
	MaxRefused   = maxRefused
	MostKnown    = mostKnown
)

type (
	BatchMessage = batchMessage
	EventMessage = eventMessage
	Number       = number
	RowMessage   = rowMessage
)

var (
	BatchKey  = batchKey
	HandInKey = handInKey
)
