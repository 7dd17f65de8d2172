package web

// What the tests from outside see of the inside.

const (
	BodyTime    = bodyTime
	DesignLimit = designLimit
	FormLimit   = formLimit
)
