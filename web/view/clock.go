package view

// ClockTime is a time of day in the laboratory's zone. Machine is the same moment in RFC 3339 with
// the offset from UTC, so that a browser can show it in its own zone.
type ClockTime struct{ Text, Machine string }

// Span is when something begins and ends.
type Span struct{ From, To ClockTime }

// String writes s in words, for labels.
func (s Span) String() string { return s.From.Text + "–" + s.To.Text }
