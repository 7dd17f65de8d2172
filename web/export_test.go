package web

import (
	"net/url"

	"vmstudy/study"
)

// What the tests from outside see of the inside.

const (
	BodyTime    = bodyTime
	DesignLimit = designLimit
	FormLimit   = formLimit
)

// Views are the pages whose views are in the audit.
var Views = views

// Choices returns what an entry of the audit says of a form.
func Choices(form url.Values) string { return choices(form) }

// Needs returns what each route of the lab needs, by method and pattern.
func (s *Server) Needs() map[string]study.Right { return s.needs }
