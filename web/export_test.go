package web

// What the tests from outside see of the inside.

const (
	BodyTime    = bodyTime
	DesignLimit = designLimit
	FormLimit   = formLimit
)

// Views are the pages whose views are in the audit.
var Views = views
