package analysis

import (
	"context"
	"iter"
	"time"

	"vmstudy/analysis/report"
	"vmstudy/study"
)

// Filter chooses the rows of an export.
type Filter struct {
	Study     study.StudyID
	Pilots    bool      // include pilot participants
	Simulated bool      // simulated participants in place of people
	License   string    // for Export: under which the data may be used, as in CC-BY-4.0; empty: as the newest version says
	Audit     string    // for Export: the head of the audit at the time, as audit.Head prints it; empty: nobody has asked
	Excel     bool      // for Export: files begin with a byte order mark, without which Excel takes UTF-8 for something else
	Blind     bool      // the reader is not to know which condition is which: see study.Blinding
	Group     string    // for Find: describe only the people of this group; empty: all
	Versions  []string  // hashes of the versions whose data count; none: Find takes the one that it describes, Export all
	At        time.Time // when the states of places are told: a lease may have run out by then
}

// counting is the rule that says which of the exported rows count. Pilots never do: who asks for them gets their rows.
func (f Filter) counting() study.AnalysisSet {
	return study.AnalysisSet{Versions: f.Versions, At: f.At, Simulated: f.Simulated}
}

// Source yields the data of a study row by row, ordered by participant, trial and time, so that an
// export never needs all rows in memory. An error ends the sequence.
type Source interface {
	// Snapshot runs do with a Source all of whose rows are of one state of the data, whatever is written meanwhile. Its sequences
	// must be read one after the other, and none after do has returned.
	Snapshot(ctx context.Context, do func(Source) error) error
	Versions(ctx context.Context, f Filter) ([]Published, error)             // all of them, the oldest first
	Calibrations(ctx context.Context, f Filter) ([]study.Calibration, error) // the oldest first
	Participants(ctx context.Context, f Filter) iter.Seq2[study.Participant, error]
	Sessions(ctx context.Context, f Filter) iter.Seq2[study.Session, error]
	Responses(ctx context.Context, f Filter) iter.Seq2[Response, error]
	Interactions(ctx context.Context, f Filter) iter.Seq2[Interaction, error]
	// Inputs yields what the timed inputs of each attempt come to, in any order: all that results need of them.
	Inputs(ctx context.Context, f Filter) iter.Seq2[Inputs, error]
	// FirstCrisp returns, for each attempt with a crisp input, when the first one was answered; see
	// study.Interaction.Crisp.
	FirstCrisp(ctx context.Context, f Filter) (map[study.AttemptID]time.Time, error)
	Receipts(ctx context.Context, f Filter) iter.Seq2[study.Receipt, error]
	Events(ctx context.Context, f Filter) iter.Seq2[study.Event, error]
	Recordings(ctx context.Context, f Filter) iter.Seq2[Recording, error]
	Notes(ctx context.Context, f Filter) iter.Seq2[Note, error] // by participant and moment
	Traffic(ctx context.Context, f Filter) iter.Seq2[Traffic, error]
	// Goodputs yields, of each attempt whose traffic was measured, the busiest second, in any order: all that results need of the traffic.
	Goodputs(ctx context.Context, f Filter) iter.Seq2[Goodput, error]
	// BlindKey returns the key of the codes that a study's conditions have for who is not to know which is which.
	BlindKey(ctx context.Context, id study.StudyID) ([]byte, error)
	// ExternalIDs yields what names people elsewhere; nothing unless the study exports it.
	ExternalIDs(ctx context.Context, f Filter) iter.Seq2[ExternalID, error]
}

// Published is a version of a study.
type Published struct {
	study.Version
	Visits int // of people who have consented; pilots are among them if the filter has pilots

	plain *study.Design // of a version with codes: its design without; nil for any other
}

// plainDesign returns the design as it is, which a reader who is blind does not get.
func (v Published) plainDesign() study.Design {
	if v.plain != nil {
		return *v.plain
	}
	return v.Design
}

// Response is one answer to one item.
type Response struct {
	Participant string // code
	Session     study.SessionID
	Trial       study.TrialID // 0 for the questions about the person
	Position    int           // of the trial
	Condition   study.Condition
	Hash        string // of the version
	Instrument  string
	Edition     int // version of the instrument
	Occasion    study.Occasion
	Item        string
	Value       string
	At          time.Time
}

// Interaction is one input, with the attempt that it belongs to.
type Interaction struct {
	Participant string // code
	Session     study.SessionID
	Trial       study.TrialID
	Position    int // of the trial; 0 is practice
	Attempt     int // number within the trial
	Condition   study.Condition
	Hash        string // of the version
	study.Interaction

	Uncertainty time.Duration // of At; a Source leaves it 0, and Export takes it from the receipts
}

// Goodput is what passed an attempt's link in its busiest second.
type Goodput struct {
	Trial   study.TrialID
	Attempt int           // number within the trial
	Down    study.Bitrate // see study.Busiest
}

// Inputs are the timed inputs of an attempt, without those of which nobody knows whether they were answered.
type Inputs struct {
	Participant string // code
	Trial       study.TrialID
	Attempt     int                               // number within the trial
	Kinds       map[study.InputKind]report.Inputs // of the kinds that are there
	Crisp       time.Time                         // when the first crisp one was answered, see study.Interaction.Crisp; zero if none was
	Odd         []study.Interaction               // answered before they were made
}

// Recording describes the recording of an attempt, with the attempt that it belongs to.
type Recording struct {
	Participant string // code
	Session     study.SessionID
	Trial       study.TrialID
	Position    int // of the trial; 0 is practice
	Number      int // of the attempt within the trial
	Condition   study.Condition
	Hash        string // of the version
	study.Recording
}
