// Package audit says who did what to what, and why, in a list that nobody can alter unseen.
//
// Each entry has the hash of the entry before it in its own hash. So whoever alters an entry, removes one, puts one in or
// exchanges two must compute all later hashes anew, and then the last one differs. The last number and hash are the head of
// the list. Every export prints it, so that somebody outside has it: a list that was cut at its end, or written anew as a
// whole, does not contain the head of an earlier export any more.
//
// An entry names people by their codes and things by their numbers, and gives reasons from lists only. What somebody
// wrote about a person is not in it, because it must go when that person has what they gave erased, and an entry cannot.
// Nor is the reason for which an appointment is changed: it may be an illness.
package audit
