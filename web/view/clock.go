package view

// ClockTime is a time of day at the laboratory. Machine is the moment with the zone's distance from
// UTC (RFC 3339), which a browser turns into the time of its own zone.
type ClockTime struct{ Text, Machine string }

// Span is when something begins and ends.
type Span struct{ From, To ClockTime }

// String writes s in words, for labels.
func (s Span) String() string { return s.From.Text + "–" + s.To.Text }
