package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Entry is one thing that somebody did.
type Entry struct {
	Number int64 // 1, 2, 3, ... without gaps
	At     time.Time
	Who    string // name of the experimenter, or who else: "participant P001", "somebody", "studyctl"
	Action string // in words: "exclude or drop a person"
	About  string // the path of the page or thing: "/lab/sessions/7/place"
	Why    string // a reason of a list, and what was chosen
	Sum    Sum    // of this entry and of all before it
}

// Sum is a SHA-256. The zero Sum is that before the first entry.
type Sum [sha256.Size]byte

// String returns s in hexadecimal digits.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// After returns the sum of e if it comes after the entry with the sum before. The fields are hashed with their lengths before
// them, so that no text can pass for two fields; the migration that began the list hashes in the same way. Times have microseconds.
func (e Entry) After(before Sum) Sum {
	h := sha256.New()
	h.Write(before[:])
	for _, field := range []string{
		fmt.Sprint(e.Number), fmt.Sprint(e.At.UnixMicro()), e.Who, e.Action, e.About, e.Why,
	} {
		fmt.Fprintf(h, "%d:%s,", len(field), field)
	}
	return Sum(h.Sum(nil))
}

// Head is the number and the sum of the last entry of a list. The zero Head is that of an empty list.
type Head struct {
	Number int64
	Sum    Sum
}

// Head returns the head of a list that ends with e.
func (e Entry) Head() Head { return Head{e.Number, e.Sum} }

// longest is how many bytes of a text an entry has. Entries are for ever, and parts of some come from strangers, such as the path of a page.
const longest = 4000

// kept returns text as an entry has it: in UTF-8 without NUL, which no database of text takes, and no longer than longest.
func kept(text string) string {
	const not, more = "\uFFFD", "…"
	text = strings.ReplaceAll(strings.ToValidUTF8(text, not), "\x00", not)
	if len(text) <= longest {
		return text
	}
	end := longest - len(more)
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}

// Next returns e as the next entry of a list with head h. What no entry can have is left out of its texts.
func (h Head) Next(e Entry) Entry {
	for _, text := range []*string{&e.Who, &e.Action, &e.About, &e.Why} {
		*text = kept(*text)
	}
	e.Number = h.Number + 1
	e.At = e.At.UTC().Truncate(time.Microsecond)
	e.Sum = e.After(h.Sum)
	return e
}

// String writes h as exports print it: number and sum.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Number, h.Sum) }

// ParseHead reads what Head.String writes.
func ParseHead(text string) (Head, error) {
	var h Head
	var digits string
	if _, err := fmt.Sscanf(text, "%d:%s", &h.Number, &digits); err != nil {
		return Head{}, fmt.Errorf("a head is a number, a colon and a SHA-256, as an export prints it, not %q", text)
	}
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != len(h.Sum) {
		return Head{}, fmt.Errorf("a head ends with the 64 digits of a SHA-256, not with %q", digits)
	}
	return Head{h.Number, Sum(b)}, nil
}
