package study

import (
	"net/mail"
	"strings"
)

// MaxMailAddress bounds an address for mail, in bytes (RFC 5321, section 4.5.3.1.3, without the brackets).
const MaxMailAddress = 254

// MailAddress reports whether text is an address to which mail can be sent, as in ada@example.org: one address, without a name.
func MailAddress(text string) bool {
	if len(text) > MaxMailAddress || strings.ContainsAny(text, " \t\r\n<>\x00") {
		return false
	}
	a, err := mail.ParseAddress(text)
	if err != nil || a.Address != text {
		return false
	}
	_, host, _ := strings.Cut(text, "@")
	return host != "" && !strings.HasPrefix(host, "[")
}
