// Package screen carries the screens of desktops to browsers: to the participant who works (screen.go), to experimenters who
// watch (mirror.go), and as small pictures for the page of all desktops (thumbnails.go).
//
// It knows which page of a session may act: the newest one, which has the seat (seats.go). On its way to the machine and back it
// notes which update answers which input, for the page that times it (answers.go), and how quick the last answers were, for
// the experimenter (pulse.go). Looking on costs the participant's network nothing: a mirror and a thumbnail ask the machine itself.
package screen
