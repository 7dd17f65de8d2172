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
	Versions  []VersionRow // the newest first
	Moved     []string     // appliances that are another machine now than when it was published

	Openness    Openness
	Places      Places
	Calibration Calibrating
}

// Publication is the page that asks whether to publish a draft.
type Publication struct {
	Study     Study
	Next      int // the number that the version will have
	Same      bool
	Revision  string // of the draft
	Hash      string
	Canonical string
	Preview   Preview
	Changes   []Change // from the newest version
	Wording   bool     // all changes are of the wording
	Differing []DifferingTask
	Say       string // why the draft could not be published
}

// DifferingTask is a task that a draft words otherwise than its appliance does.
type DifferingTask struct {
	At, Task string // the path of the task, and its name
	Words    []DifferingWords
}

// DifferingWords are a text or the goal of a task in a draft, and in the appliance.
type DifferingWords struct{ What, Own, Installed string }

// Change is a field that has another value than before. Wording is something that participants read.
type Change struct {
	At, Before, After string
	Wording           bool
}

// VersionRow is a published version.
type VersionRow struct {
	Number        int
	At, Hash      string
	Begun, Ended  int // sessions; those of pilots do not count
	File          string
	Changed       int  // fields that differ from the version before; 0 for the first
	ChangedSaying bool // only the wording differs
}
