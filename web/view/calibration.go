package view

// Calibrating is what a study's page says of the calibration of its networks.
type Calibrating struct {
	Study    int64
	Mixed    string // why participants are refused whose networks would be made in another way, as a sentence
	Standing string // a sentence
	Kind     string // good, bad or empty: how the sentence is to be taken
	Report   int64  // the calibration that it is about; 0 for none
	Running  *CalibrationRuns
	Offers   []CalibrationOffer // none while one runs
	Waits    string             // why none can be begun now, as a sentence
	Past     []CalibrationRow
}

// CalibrationRuns is the one that is running.
type CalibrationRuns struct {
	ID    int64
	By    string
	What  string // as in "Network 2 of 5, 3G: goodput down"
	Left  string // as in "about 2 min left"
	Share int    // in percent
}

// CalibrationOffer is a button that begins one.
type CalibrationOffer struct {
	Of, Label, Takes string
}

// CalibrationRow is a calibration among others.
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
	Doubt    string // why its figures may be wrong, as a sentence
	Facts    []Fact
	Networks []CalibratedNetwork
	Figures  []Drawing
	Missing  []Missing
}

// Fact is a word and what it stands for.
type Fact struct{ Name, Value string }

// CalibratedNetwork is a network, or a phase of one, with what was measured of it.
type CalibratedNetwork struct {
	Name, Says string
	Rows       []FindingRow
}

// FindingRow is one quantity of a network.
type FindingRow struct {
	What, Set, Expected, How, Measured, Error, Bar, Verdict string
	Kind                                                    string // good, bad or empty: for the record
}

// Missing is something that was not measured.
type Missing struct{ Network, What, Why string }
