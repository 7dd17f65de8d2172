package view

// Calibrating is the part of a study's page about calibrations.
type Calibrating struct {
	Study    int64
	Mixed    string // why some participants are refused: the links of the study were made in another way; a sentence
	Standing string // a sentence
	Kind     string // good, bad or empty: whether Standing is good news
	Report   int64  // the calibration that Standing is about; 0 for none
	Running  *CalibrationRuns
	Offers   []CalibrationOffer // none while a calibration runs
	Waits    string             // why no calibration can start now, as a sentence
	Past     []CalibrationRow
}

// CalibrationRuns is the calibration that is running.
type CalibrationRuns struct {
	ID    int64
	By    string
	What  string // such as "Network 2 of 5, 3G: goodput down"
	Left  string // such as "about 2 min left"
	Share int    // how much is done, in percent
}

// CalibrationOffer is a button that starts a calibration.
type CalibrationOffer struct {
	Of, Label, Takes string
}

// CalibrationRow is a row of the list of calibrations.
type CalibrationRow struct {
	ID                     int64
	When, Of, By, Way, Say string
	Kind                   string // good, bad or empty
}

// CalibrationReport is the page of one calibration.
type CalibrationReport struct {
	Study    Study
	ID       int64
	Verdict  string // a sentence
	Kind     string // good, bad or empty
	Doubt    string // why the figures may be wrong, as a sentence
	Facts    []Fact
	Networks []CalibratedNetwork
	Figures  []Drawing
	Missing  []Missing
}

// Fact is a name and its value.
type Fact struct{ Name, Value string }

// CalibratedNetwork is a network, or a phase of one, with its findings.
type CalibratedNetwork struct {
	Name, Says string
	Rows       []FindingRow
}

// FindingRow is one finding.
type FindingRow struct {
	What, Set, Expected, How, Measured, Error, Bar, Verdict string
	Kind                                                    string // good, bad, or empty for a finding without a bar
}

// Missing is a quantity that was not measured.
type Missing struct{ Network, What, Why string }
