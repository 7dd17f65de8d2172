package web

import (
	"context"
	"time"

	"vmstudy/study"
)

// The pages need much of the store, each page a little. So the store is cut by page, and
// Store is only their sum for the one place that hands it over.
//
// Unless said otherwise a missing thing is study.ErrNotFound, a rule broken by what was asked
// is a study.Refusal of kind ErrInvalid or ErrConflict, and each method is one transaction.

// Store is everything that the pages need to remember.
type Store interface {
	Accounts
	Studies
	Participants
	Visits
	Appointments
	Measurements
	Recorded
	Openings
	Calibrations
	Ways
}

// Accounts are the experimenters who may sign in.
type Accounts interface {
	// Experimenter returns the account of that name and its password hash (PHC string).
	Experimenter(ctx context.Context, name string) (e study.Experimenter, hash string, err error)
	// OpenLogin stores a login by the SHA-256 of its token until it expires.
	OpenLogin(ctx context.Context, e study.ExperimenterID, tokenHash []byte, expires time.Time) error
	// Login returns who is signed in by a token's SHA-256, or study.ErrDenied.
	Login(ctx context.Context, tokenHash []byte, now time.Time) (study.Experimenter, error)
	// CloseLogin forgets a login; an unknown one is no error.
	CloseLogin(ctx context.Context, tokenHash []byte) error
}

// Studies are the experiments.
type Studies interface {
	Studies(ctx context.Context) ([]study.Study, error) // the newest first
	Study(ctx context.Context, id study.StudyID) (study.Study, error)
	// CreateStudy stores a new draft. A draft need not be valid yet; its title must be.
	CreateStudy(ctx context.Context, by study.ExperimenterID, d study.Design, at time.Time) (study.StudyID, error)
	// ReplaceDraft saves d over the draft whose Study.Revision is seen. If it has another by now that is
	// study.ErrConflict and nothing changes, unless it is d already.
	ReplaceDraft(ctx context.Context, id study.StudyID, seen string, d study.Design) error
	// PublishDraft freezes the draft whose revision is seen as the study's next version. Another
	// revision, or one that equals the newest version, is study.ErrConflict; an invalid one is study.ErrInvalid.
	PublishDraft(ctx context.Context, id study.StudyID, seen string, by study.ExperimenterID, at time.Time) (study.Version, error)
}

// Participants are the people in a study.
type Participants interface {
	// AddParticipants adds n people with fresh codes and the given links.
	AddParticipants(ctx context.Context, s study.StudyID, pilot bool, links []string, at time.Time) ([]study.Participant, error)
	Participants(ctx context.Context, s study.StudyID) ([]study.Participant, error) // by code
	// ParticipantByLink finds a person by the secret of the personal link.
	ParticipantByLink(ctx context.Context, link string) (study.Participant, error)
}

// Visits are the sessions of participants, as the pages record them.
type Visits interface {
	// StartSession returns the participant's session, starting it on the newest version if
	// there is none: it takes the least filled sequence (pilots do not count) and lays out
	// the trials. A study without a published version is study.ErrConflict.
	StartSession(ctx context.Context, p study.ParticipantID, at time.Time) (study.SessionID, error)
	Session(ctx context.Context, id study.SessionID) (study.Session, error)
	Sessions(ctx context.Context, s study.StudyID) ([]study.Session, error) // the newest first
	// TakeSeat makes the page that asks the newest one and returns its seat.
	TakeSeat(ctx context.Context, id study.SessionID) (seat int, err error)
	// RecordVisit records that the step has been passed: consent, about, pause or end. What
	// is already recorded stays as it is, and is no error.
	RecordVisit(ctx context.Context, id study.SessionID, step study.Step, at time.Time) error
	// RecordConsent records that the participant consents, and whether they agree that the
	// screen is recorded. The first time counts; again is no error.
	RecordConsent(ctx context.Context, id study.SessionID, recorded bool, at time.Time) error
	// RecordRating stores the answers to one instrument, for a trial, or, with trial 0, about
	// the person. An instrument answered already keeps its first answers, and is no error.
	RecordRating(ctx context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error
}

// Appointments are times at stations.
type Appointments interface {
	// OfferSlots adds free times. One that overlaps another at its station is ErrConflict,
	// and so is one that would have more than machines slots at the same time on the whole.
	OfferSlots(ctx context.Context, slots []study.Slot, machines int) error
	Slots(ctx context.Context, s study.StudyID) ([]study.Slot, error) // by time
	Day(ctx context.Context, from, to time.Time) ([]study.Slot, error)
	// BookSlot gives a free slot that has not begun to the participant, who gives back the
	// one they had. A taken one is ErrConflict, with a sentence.
	BookSlot(ctx context.Context, id study.SlotID, p study.ParticipantID, now time.Time) (study.Slot, error)
	// RemoveSlot withdraws an offer; a booked one is ErrConflict.
	RemoveSlot(ctx context.Context, id study.SlotID) error
}

// Ways are how the networks of a study were made.
type Ways interface {
	// LinkWays returns in which ways networks were made for the participants who count in a
	// version's sessions, by name.
	LinkWays(ctx context.Context, v study.VersionID) ([]study.LinkWay, error)
}

// Openings are the sessions that go on now.
type Openings interface {
	// OpenSessions returns the sessions of all studies that began since a time and have not
	// ended, the newest first.
	OpenSessions(ctx context.Context, since time.Time) ([]study.Session, error)
}

// Measurements are what the browser has timed.
type Measurements interface {
	// SaveBatch stores a batch, all or nothing. One whose page and number are there already
	// changes nothing. When it returns nil, the batch is on disk. One that reuses the number
	// of an interaction or event is study.ErrConflict.
	SaveBatch(ctx context.Context, b study.Batch) error
	// Receipts returns what is on record of a session's batches, by trial, attempt, page and number.
	Receipts(ctx context.Context, id study.SessionID) ([]study.Receipt, error)
	// FirstCrisp returns for each attempt of a session when its first input that was
	// study.Interaction.Crisp had been answered; attempts without one are left out.
	FirstCrisp(ctx context.Context, id study.SessionID) (map[study.AttemptID]time.Time, error)
	// RecordEvent records something that the server saw or an experimenter did.
	RecordEvent(ctx context.Context, e study.Event) error
	Events(ctx context.Context, id study.SessionID) ([]study.Event, error) // by time
	// Traffic returns what passed the links of a session's attempts, second by second.
	Traffic(ctx context.Context, id study.SessionID) (map[study.AttemptID][]study.LinkSecond, error)
	// Ratings returns everything that was answered in a session, by trial (0: the person).
	Ratings(ctx context.Context, id study.SessionID) (map[study.TrialID][]study.Rating, error)
}

// Recorded is what is known of recordings. Their files are Recordings' matter.
type Recorded interface {
	Recording(ctx context.Context, a study.AttemptID) (study.Recording, error)
	Recordings(ctx context.Context, id study.SessionID) ([]study.Recording, error) // by trial and attempt
	// DeleteRecording records that who had a recording deleted, and why: its file may go once
	// it returns nil. One that is still being written is study.ErrConflict.
	DeleteRecording(ctx context.Context, a study.AttemptID, who, why string, at time.Time) error
	// InteractionsOf returns what was measured in one attempt, by time.
	InteractionsOf(ctx context.Context, a study.AttemptID) ([]study.Interaction, error)
}

// Calibrations are the measurements of studies' networks.
type Calibrations interface {
	Calibration(ctx context.Context, id study.CalibrationID) (study.Calibration, error)
	Calibrations(ctx context.Context, s study.StudyID) ([]study.Calibration, error) // the newest first
}
