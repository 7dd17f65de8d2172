// Package lab has the pages of experimenters: studies and their designs, questionnaires, participants, places, appointments,
// calibration, the sessions that are going on, those that were, their recordings, and results.
//
// A page has a file, and its parts have files that begin alike, as in design.go, design_form.go and design_view.go. Each handler
// loads, decides and renders. Who is not signed in does not get here: routes.go in package web puts signin before all of it.
package lab
