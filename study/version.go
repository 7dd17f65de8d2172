package study

import "time"

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
	MailID         int64
)

// Study is an experiment: a draft that may still change, and the versions published from it.
type Study struct {
	ID        StudyID
	CreatedAt time.Time
	Draft     Design
	Revision  string   // identifies the content of the draft: equal revisions mean equal drafts
	Published *Version // the newest; nil before the first publication
	Openness  Openness
}

// Changed reports whether the draft is another design than the newest version.
func (s Study) Changed() bool { return s.Published == nil || s.Published.Revision != s.Revision }

// Current returns the design that the next participant gets: that of the newest version, or the draft if there is none yet.
func (s Study) Current() Design {
	if s.Published != nil {
		return s.Published.Design
	}
	return s.Draft
}

// Unseen returns an ErrConflict if the draft is not at the revision that the person who acts has
// seen: somebody has saved another one since. Every page that shows the draft contains its revision and
// sends it back with each action.
func (s Study) Unseen(seen string) error {
	if seen == s.Revision {
		return nil
	}
	return Refuse(ErrConflict, "The draft has been saved since you opened this page, by somebody else or in another tab.")
}

// Version is a frozen design. New sessions take the newest version; a session keeps its own.
type Version struct {
	ID          VersionID
	Study       StudyID
	Number      int    // 1, 2, 3, ...
	Hash        string // SHA-256 of Text in hexadecimal, on every row of data
	PublishedAt time.Time
	Text        string // the design as it was published: a study file, or an older format of one
	Revision    string // that a draft with the same design has
	Design      Design
}
