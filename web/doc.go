// Package web is the laboratory's face: pages for experimenters, participants and analysts.
//
// routes.go is its table of contents. Every page has a file of its own, and each handler
// does three things: load, decide, render. What is shown is a templ component of package
// view, which calls nothing; the scripts and styles are files of package static. Nothing
// comes from outside: a page needs no other server, and forms work without scripts.
package web
