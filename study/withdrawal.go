package study

import "time"

// Withdrawal is what somebody says when they take no part any more, or what an experimenter says for them.
// It cannot be taken back; but who has kept their data may have them erased later.
type Withdrawal struct {
	Erase bool           // remove what they gave; else it is kept, and does not count
	By    ExperimenterID // 0: the participant
	Why   string         // what an experimenter wrote; participants are not asked. Erasing removes it
	At    time.Time
}

// Admits returns why w cannot be recorded, or nil.
func (w Withdrawal) Admits() error {
	if len(w.Why) > RulingLimit {
		return invalid("A reason may have up to %d characters.", RulingLimit)
	}
	return nil
}

// A Tombstone is what is left of what somebody gave, once they have it erased: that it was there, and that it is gone.
type Tombstone struct {
	Participant ParticipantID
	Code        string
	AskedAt     time.Time
	By          ExperimenterID // who asked; 0: the participant
	Name        string         // of By
	ErasedAt    time.Time      // when the rows were removed; zero before
	Session     SessionID      // which there was; 0 for none
	Removed     []Removed      // in the order of removal
	Attempts    []AttemptID    // whose files are removed, too
	FilesGoneAt time.Time      // when the files were removed; zero before
}

// Removed is how many rows of one kind were removed.
type Removed struct {
	Kind string // the table in the database
	Rows int
}

// Total returns how many rows were removed.
func (t Tombstone) Total() (n int) {
	for _, r := range t.Removed {
		n += r.Rows
	}
	return n
}
