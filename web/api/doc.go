// Package api lets programs do what experimenters do on pages: read studies, participants, links, appointments, sessions, notes and exports, and
// change some of it. It is described in docs/api.md.
//
// It has no rules of its own. What a page reads comes from the same store, and what a form changes is changed by the function of package lab that
// the form uses, from the same fields. Who asks was let in by signin.Bearer, and has the right that routes.go
// in package web states. The OpenAPI document is made of the types of the handlers.
package api
