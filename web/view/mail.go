package view

// MailForm is what a participant may do about mails.
type MailForm struct {
	Has   bool   // whether an address is entered
	May   bool   // whether they may enter one
	Typed string // as it was typed, if something was wrong with it
}

// MailRow is a mail to a participant, and what has become of it.
type MailRow struct {
	Code        string
	Participant int64
	What, Say   string
}

// Address is the page on which experimenters say where mails to a participant go.
type Address struct {
	Study       Study
	Participant int64
	Code        string
	Mail, Said  string // the address, and who entered it when; empty if there is none
	May         bool   // whether one can be entered
	Languages   []Choice
	Mails       []MailRow // the newest first

	Typed, Language, Say string // as typed, and what was wrong
}
