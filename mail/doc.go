// Package mail hands mails to a server for mail.
//
// It speaks SMTP by go-mail and knows nothing of studies or queues: one call is one try. What a server says of a mail often has the address of its
// reader in it, and an address must get into no log. So a try that fails is told by a word of ours and the three digits of the answer; the words of
// the server are kept only from before an address was named.
package mail
