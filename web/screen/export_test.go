package screen

// What the tests from outside see of the inside.

const (
	CloseNoScreen = closeNoScreen
	CloseRefused  = closeRefused
	CloseStranger = closeStranger
	MostObservers = mostObservers
)

var ErrSlow = errSlow
