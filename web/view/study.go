package view

// Study is what stands above every page of a study.
type Study struct {
	ID      int64
	Title   string
	State   string
	Version int  // 0 before the first publication
	Changed bool // the draft differs from the version
}

// StudyRow is a row of the list of studies. Pilots are counted apart, and their sessions not.
type StudyRow struct {
	Study
	Appliance            string
	Created              string
	Participants, Pilots int
	Running, Finished    int // sessions
}

// Frozen is a study's newest version; without Hash there is none.
type Frozen struct {
	Study     Study
	Hash      string
	At        string // when it was published
	Canonical string
	Preview   Preview

	Calibration Calibrating
}

// Publication is a draft about to become a version.
type Publication struct {
	Study     Study
	Next      int // the number that the version will have
	Same      bool
	Hash      string
	Canonical string
	Preview   Preview
	Say       string // why it could not be published
}
