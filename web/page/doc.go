// Package page has what every page needs, whoever reads it: what stands around the content (Site), how an error becomes a page
// (errors.go), what protects a request before a handler sees it (middleware.go), the address of the server (Public), who is
// signed in, and how times, durations and texts are written.
//
// It has no page of its own and reads no storage. All other rooms of web stand on it.
package page
