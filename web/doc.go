// Package web is the web app: pages for experimenters, participants and analysts.
//
// routes.go is its table of contents. Every page has a file of its own. Each handler loads, decides
// and renders. The templ components of package view make the HTML and call nothing; the scripts and
// styles are files in package static. A page loads nothing from other servers, and every form works
// without scripts.
package web
