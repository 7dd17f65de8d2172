// Package session conducts one participant's session from consent to debrief: it opens the
// desktop that a trial asks for, times it, notices how it ends, and closes everything.
package session
