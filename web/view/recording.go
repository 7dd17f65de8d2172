package view

// Recording is what is on record of an attempt's recording.
type Recording struct {
	Path      string // beginning of the paths of its pages, without a slash at its end
	Trial     string // position, or "practice"
	Condition string
	Attempt   int // number within the trial
	State     string
	Whole     bool // whether it is complete
	Writing   bool // whether it is being written
	Deleted   string
	Began     string
	Duration  string // minutes and seconds
	Megabytes string
	SHA256    string
	Segments  []int // numbers from 1
}

// Name names the trial.
func (r Recording) Name() string {
	if r.Trial == "practice" {
		return "the practice trial"
	}
	return "trial " + r.Trial
}

// Kept reports whether there is something to replay.
func (r Recording) Kept() bool { return !r.Writing && r.Deleted == "" && len(r.Segments) > 0 }

// Video is how much of a recording's video is made.
type Video struct {
	Made, Making bool
	Megabytes    string // of the file
	Percent      int    // how much is made
	Failed       string // why making it failed the last time; otherwise empty
	Cannot       string // why this server cannot make videos; otherwise empty
}

// RecordingOf is a recording with its study and session.
type RecordingOf struct {
	Study   Study
	Session int64
	TrialID int64
	Code    string // of the participant
	Why     string // the reason for deleting it, as it was typed
	Say     string // what is wrong with that reason
	Recording
}
