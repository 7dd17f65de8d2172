package web

import (
	"context"
	"time"

	"vmstudy/study"
)

// The pages need many methods of the store, but each page only a few. So each group of pages has an
// interface of its own, and Store is the sum of them.
//
// Unless a comment says otherwise: if something does not exist, the error is study.ErrNotFound; if
// a call breaks a rule, the error is a study.Refusal of kind ErrInvalid or ErrConflict; each method
// is one transaction.

// Store is everything that the pages store and read.
type Store interface {
	Accounts
	Studies
	Participants
	Visits
	Places
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
	// OpenLogin stores a login, identified by the SHA-256 of its token. The login ends at expires.
	OpenLogin(ctx context.Context, e study.ExperimenterID, tokenHash []byte, expires time.Time) error
	// Login returns the experimenter whose login has that token hash (SHA-256), or study.ErrDenied.
	Login(ctx context.Context, tokenHash []byte, now time.Time) (study.Experimenter, error)
	// CloseLogin deletes a login. If there is none with that token hash, that is no error.
	CloseLogin(ctx context.Context, tokenHash []byte) error
}

// Studies are the experiments.
type Studies interface {
	Studies(ctx context.Context) ([]study.Study, error) // the newest first
	Study(ctx context.Context, id study.StudyID) (study.Study, error)
	Versions(ctx context.Context, id study.StudyID) ([]study.Version, error) // the newest first; none if there is no such study
	// CreateStudy stores a new draft. The draft need not be valid, but it needs a title.
	CreateStudy(ctx context.Context, by study.ExperimenterID, d study.Design, at time.Time) (study.StudyID, error)
	// ReplaceDraft replaces the draft by d if the draft's Study.Revision is still seen. Otherwise
	// it changes nothing and returns study.ErrConflict, except if the draft equals d already.
	ReplaceDraft(ctx context.Context, id study.StudyID, seen string, d study.Design) error
	// PublishDraft freezes the draft as the study's next version if the draft's revision is still
	// seen. It returns study.ErrConflict if the revision is another one or the draft equals the
	// newest version, and study.ErrInvalid if the draft is not valid.
	PublishDraft(ctx context.Context, id study.StudyID, seen string, by study.ExperimenterID, at time.Time) (study.Version, error)
}

// Participants are the people in a study.
type Participants interface {
	// AddParticipants adds one participant for each link and gives them new codes.
	AddParticipants(ctx context.Context, s study.StudyID, pilot bool, links []string, at time.Time) ([]study.Participant, error)
	Participants(ctx context.Context, s study.StudyID) ([]study.Participant, error) // by code
	// ParticipantByLink returns the participant with that secret in their personal link.
	ParticipantByLink(ctx context.Context, link string) (study.Participant, error)
}

// Visits are the sessions of participants, as the pages record them.
type Visits interface {
	// StartSession returns the id of the participant's session. If there is none, it starts one on
	// the newest version; it has neither place nor trials until the participant consents. It returns
	// study.ErrConflict if the study has no published version.
	StartSession(ctx context.Context, p study.ParticipantID, at time.Time) (study.SessionID, error)
	Session(ctx context.Context, id study.SessionID) (study.Session, error)
	Sessions(ctx context.Context, s study.StudyID) ([]study.Session, error) // the newest first
	// TakeSeat gives the calling page the next seat number, which makes it the newest page, and
	// returns the number. It renews the lease of the participant's place.
	TakeSeat(ctx context.Context, id study.SessionID, at time.Time) (seat int, err error)
	// RecordVisit records that a step has been passed: consent, about, pause or end. If that is on
	// record already, nothing changes, and the error is nil.
	RecordVisit(ctx context.Context, id study.SessionID, step study.Step, at time.Time) error
	// RecordConsent records that the participant consents, and whether they agree that the screen
	// is recorded. The participant takes a place, and the trials are laid out. The first call counts;
	// later ones change nothing and return nil. It returns study.ErrConflict if all places are closed.
	RecordConsent(ctx context.Context, id study.SessionID, recorded bool, at time.Time) error
	// RecordRating stores the answers to one instrument, for a trial or, with trial 0, about the
	// person. If the instrument was answered before, the first answers stay and the error is nil.
	RecordRating(ctx context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error
}

// Places are the places in the plans of studies.
type Places interface {
	// Roster returns who has which place of the plan of a version, and which places are closed.
	// Versions with the same plan have the same roster.
	Roster(ctx context.Context, v study.VersionID) (study.Roster, error)
	// Rule records what r says about the place of the session's participant. It returns what
	// study.Assignment.Admits does. If the last ruling said the same, nothing changes.
	Rule(ctx context.Context, id study.SessionID, r study.Ruling) error
	// SetClosed closes a place of the plan of a version, or opens it again.
	SetClosed(ctx context.Context, v study.VersionID, c study.Closing) error
}

// Appointments are the slots at stations.
type Appointments interface {
	// OfferSlots adds free slots, all or none. It returns study.ErrConflict if a slot overlaps
	// another one at its station, or if more slots than machines would be at the same time, over
	// all stations and studies.
	OfferSlots(ctx context.Context, slots []study.Slot, machines int) error
	Slots(ctx context.Context, s study.StudyID) ([]study.Slot, error) // by time
	Day(ctx context.Context, from, to time.Time) ([]study.Slot, error)
	// BookSlot gives a free slot to the participant; a slot that they had booked before becomes
	// free. It returns study.ErrConflict, with a sentence for people, if the slot is taken or has
	// begun.
	BookSlot(ctx context.Context, id study.SlotID, p study.ParticipantID, now time.Time) (study.Slot, error)
	// RemoveSlot deletes a free slot. It returns study.ErrConflict if the slot is booked.
	RemoveSlot(ctx context.Context, id study.SlotID) error
}

// Ways are the ways in which the links of a study were made.
type Ways interface {
	// LinkWays returns the ways in which the links of a version's sessions were made, ordered by
	// name. Sessions of pilots do not count.
	LinkWays(ctx context.Context, v study.VersionID) ([]study.LinkWay, error)
}

// Openings are the sessions that are going on.
type Openings interface {
	// OpenSessions returns the sessions of all studies that began at or after since and have not
	// ended, the newest first.
	OpenSessions(ctx context.Context, since time.Time) ([]study.Session, error)
}

// Measurements are what browsers and the server have measured.
type Measurements interface {
	// SaveBatch stores a batch, all or nothing. When it returns nil, the batch is on disk. If the
	// page has sent a batch of this number before, nothing changes. If the batch uses the number of
	// an earlier interaction or event again, the error is study.ErrConflict.
	SaveBatch(ctx context.Context, b study.Batch) error
	// Receipts returns the receipts of a session's batches, ordered by trial, attempt, page and
	// number.
	Receipts(ctx context.Context, id study.SessionID) ([]study.Receipt, error)
	// FirstCrisp returns, for each attempt of a session, the time at which the answer to its first
	// crisp input was drawn (see study.Interaction.Crisp). It leaves out attempts without such an
	// input.
	FirstCrisp(ctx context.Context, id study.SessionID) (map[study.AttemptID]time.Time, error)
	// RecordEvent records an event that the server saw or an experimenter caused.
	RecordEvent(ctx context.Context, e study.Event) error
	Events(ctx context.Context, id study.SessionID) ([]study.Event, error) // by time
	// Traffic returns what passed the link in each second, for each attempt of a session.
	Traffic(ctx context.Context, id study.SessionID) (map[study.AttemptID][]study.LinkSecond, error)
	// Ratings returns all answers of a session by trial (0: about the person).
	Ratings(ctx context.Context, id study.SessionID) (map[study.TrialID][]study.Rating, error)
}

// Recorded is what the database has of recordings. Their files belong to Recordings.
type Recorded interface {
	Recording(ctx context.Context, a study.AttemptID) (study.Recording, error)
	Recordings(ctx context.Context, id study.SessionID) ([]study.Recording, error) // by trial and attempt
	// DeleteRecording records that a recording is deleted, who wanted it and why; the caller may
	// delete the file once it returns nil. It returns study.ErrConflict while the recording is
	// being written.
	DeleteRecording(ctx context.Context, a study.AttemptID, who, why string, at time.Time) error
	// InteractionsOf returns the interactions of one attempt, ordered by time.
	InteractionsOf(ctx context.Context, a study.AttemptID) ([]study.Interaction, error)
}

// Calibrations are the measurements of studies' networks.
type Calibrations interface {
	Calibration(ctx context.Context, id study.CalibrationID) (study.Calibration, error)
	Calibrations(ctx context.Context, s study.StudyID) ([]study.Calibration, error) // the newest first
}
