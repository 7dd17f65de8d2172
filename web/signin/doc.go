// Package signin signs experimenters in and out.
//
// A login is a random token in a cookie; the server stores its SHA-256 only. Requests that take long, such as a watched
// desktop or a download, end with their login (logins.go). Passwords are checked one at a time, and how often they may be
// tried is limited by name and address (tries.go, address.go).
package signin
