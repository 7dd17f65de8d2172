// Package visit has the pages of participants, from the personal link to the thanks.
//
// Which page comes next is never stored: study.Session.Step says it, from what is on record. So there is one address for a
// visit (show.go), a form for each step (submit.go), and a form that comes late changes nothing (passed.go). Door decides whose
// visit a request belongs to: its address names the session, and a cookie or a key must belong to that session.
//
// A page with a desktop has two lines (websockets): the screen's, which package screen serves, and the one on which it is told
// what happens and sends what it has measured, in batches (line.go, batch.go). A batch that does not arrive is kept by the browser
// and sent by any later page (left_batch.go).
package visit
