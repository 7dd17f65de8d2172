// Package post writes to participants about their appointments, by mail.
//
// Which mails somebody gets follows from what is on record: see study.Correspondence. An Office looks at that every half minute. It forgets addresses that are of no use, queues what is owed,
// and hands what waits to a server for mail. Before each mail it reads once more what is on record, so that who has withdrawn meanwhile gets none.
//
// # Traps
//
// A mail is sent before it is on record that it is. A program that is killed in between sends it again at its next start: with the same Message-ID,
// and rather twice than never.
//
// An address is nowhere but in the database and on its way to the server: not in a log, and so not in an error.
package post
