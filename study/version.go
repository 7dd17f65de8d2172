package study

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Identities in the database. 0 means not stored yet.
type (
	StudyID        int64
	VersionID      int64
	ParticipantID  int64
	SessionID      int64
	TrialID        int64
	AttemptID      int64
	SlotID         int64
	ExperimenterID int64
)

// Study is an experiment: a draft that may still change, and the versions published from it.
type Study struct {
	ID        StudyID
	CreatedAt time.Time
	Draft     Design
	Published *Version // the newest; nil before the first publication
}

// Revision identifies the content of the draft: equal revisions mean equal drafts. Every page that
// shows the draft contains its revision and sends it back with each action, for Unseen.
func (s Study) Revision() string { return s.Draft.Hash() }

// Unseen returns an ErrConflict if the draft is not at the revision that the person who acts has
// seen: somebody has saved another one since.
func (s Study) Unseen(seen string) error {
	if seen == s.Revision() {
		return nil
	}
	return Refuse(ErrConflict, "The draft has been saved since you opened this page, by somebody else or in another tab.")
}

// Version is a frozen design. New sessions take the newest version; a session keeps its own.
type Version struct {
	ID          VersionID
	Study       StudyID
	Number      int    // 1, 2, 3, ...
	Hash        string // Design.Hash, on every row of data
	PublishedAt time.Time
	Design      Design
}

// Hash returns the SHA-256 of the design's canonical text, in hexadecimal. Two designs have the
// same hash only if all their fields are equal.
func (d Design) Hash() string {
	sum := sha256.Sum256([]byte(d.Canonical()))
	return hex.EncodeToString(sum[:])
}

// Canonical writes the design as text: one field a line, in a fixed order, strings quoted as
// in Go. It is what Hash covers and what a preregistration can quote.
func (d Design) Canonical() string {
	var b strings.Builder
	line := func(name string, values ...any) {
		b.WriteString(name)
		for _, v := range values {
			if s, ok := v.(string); ok {
				v = fmt.Sprintf("%q", s)
			}
			fmt.Fprint(&b, " ", v)
		}
		b.WriteByte('\n')
	}
	task := func(name string, t Task) { line(name, string(t.ID), t.Title, t.Instruction, t.Goal, t.Practice) }

	line("design", 1) // the version of this text format
	line("title", d.Title)
	line("consent", d.Consent)
	line("thanks", d.Thanks)
	line("appliance", d.Appliance)
	for _, m := range d.Methods {
		line("method", string(m))
	}
	for _, s := range d.Strategies { // no line if there are none: older designs keep their hash
		line("strategy", string(s))
	}
	for _, n := range d.Networks {
		v := n.Network
		line("network", n.Name, int64(v.Down), int64(v.Up), int64(v.RTT), int64(v.Jitter), v.Loss, v.Queue)
		v.canonical(line)
	}
	for _, t := range d.Tasks {
		task("task", t)
	}
	if d.Practice != nil {
		task("practice", *d.Practice)
	}
	line("about", d.About)
	for _, i := range d.Instruments {
		line("instrument", i)
	}
	line("order", string(d.Order), d.Seed)
	line("conduct", int64(d.TrialLimit), d.PauseEvery, int64(d.SetUp))
	if d.Record != RecordNever { // the zero value has no line: older designs keep their hash
		line("record", string(d.Record), d.RecordKeys)
	}
	if d.Warm { // the same
		line("cache", "warm")
	}
	if d.Clipboard { // the same
		line("clipboard", "open")
	}
	return b.String()
}
