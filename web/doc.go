// Package web is the web app: pages for experimenters, participants and analysts.
//
// routes.go is its table of contents: every URL is there. The pages are in rooms: page has what all need, signin, lab and visit have
// the pages of those who sign in, of experimenters and of participants, and screen carries desktops to browsers. This package
// builds the rooms from a Config; each says itself what it needs of storage and of the conductor.
//
// Each handler loads, decides and renders. The templ components of package view make the HTML and call nothing. They are one
// package for all rooms: they share their parts (a study's head, a form's field, a question), and depend on nothing that would have to be kept
// apart. The scripts and styles are files in package static. A page loads nothing from other servers, and every form works
// without scripts.
package web
