package view

// Recording is what is known of the recorded screen of an attempt.
type Recording struct {
	Path      string // of its pages, without a last slash
	Trial     string // position, or "practice"
	Condition string
	Attempt   int // number within the trial
	State     string
	Whole     bool // it has everything
	Writing   bool // it is still being written
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

// Kept reports whether there is something to see.
func (r Recording) Kept() bool { return !r.Writing && r.Deleted == "" && len(r.Segments) > 0 }

// Video is how far the video of a recording is.
type Video struct {
	Made, Making bool
	Megabytes    string // of the file
	Percent      int    // of what is being made
	Failed       string // why the last attempt came to nothing; else empty
	Cannot       string // why none can be made here; else empty
}

// RecordingOf is a recording with where it belongs.
type RecordingOf struct {
	Study   Study
	Session int64
	TrialID int64
	Code    string // of the participant
	Why     string // typed as the reason to delete it
	Say     string // what is wrong with that
	Recording
}
