package view

// Study is what the head of every page of a study shows.
type Study struct {
	ID      int64
	Title   string
	State   string
	Version int  // 0 before the first publication
	Changed bool // whether the draft differs from the version
}

// StudyRow is a row of the list of studies. Pilots are counted separately, and their sessions not
// at all.
type StudyRow struct {
	Study
	Appliance            string
	Created              string
	Participants, Pilots int
	Running, Finished    int // numbers of sessions
}

// Frozen is a study's newest version. Hash is empty if there is none.
type Frozen struct {
	Study     Study
	Hash      string
	At        string // when it was published
	Canonical string
	Preview   Preview

	Places      Places
	Calibration Calibrating
}

// Publication is the page that asks whether to publish a draft.
type Publication struct {
	Study     Study
	Next      int // the number that the version will have
	Same      bool
	Hash      string
	Canonical string
	Preview   Preview
	Say       string // why the draft could not be published
}
