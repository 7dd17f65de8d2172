package visit

import (
	"context"
	"time"

	"vmstudy/study"
)

// Unless a comment says otherwise: if something does not exist, the error is study.ErrNotFound; if
// a call breaks a rule, the error is a study.Refusal of kind ErrInvalid or ErrConflict; each method
// is one transaction.

// Store is everything that these pages store and read.
type Store interface {
	Guests
	Bookings
	Letters
	Progress
	Measured
	Recruiting
}

// Guests are the participants and their sessions.
type Guests interface {
	// ParticipantByLink returns the participant with that secret in their personal link.
	ParticipantByLink(ctx context.Context, link string) (study.Participant, error)
	Session(ctx context.Context, id study.SessionID) (study.Session, error)
	// ImageFile returns the image with a hash.
	ImageFile(ctx context.Context, sha256 string) (study.ImageFile, error)
	// StartSession returns the id of the participant's session. If there is none, it starts one on
	// the newest version; it has neither place nor trials until the participant consents. It returns
	// study.ErrConflict if the study has no published version, or is closed.
	StartSession(ctx context.Context, p study.ParticipantID, at time.Time) (study.SessionID, error)
	// Tombstone returns what is left of what a participant gave, if they had it erased.
	Tombstone(ctx context.Context, p study.ParticipantID) (study.Tombstone, error)
}

// Bookings are the appointments of participants.
type Bookings interface {
	Study(ctx context.Context, id study.StudyID) (study.Study, error)
	Slots(ctx context.Context, s study.StudyID) ([]study.Slot, error) // by time
	// Diary returns what is on record of a participant's appointments.
	Diary(ctx context.Context, p study.ParticipantID) (study.Diary, error)
	// BookSlot gives the slot b.Slot to b.Participant, as study.Diary.Book says; a slot that they had
	// before becomes free.
	BookSlot(ctx context.Context, b study.Booking) (study.Slot, error)
	// EndBooking records that an appointment is cancelled, as study.Diary.End says.
	EndBooking(ctx context.Context, b study.Booking) error
	// Appointing returns how the participants of a study deal with appointments; the zero Appointing if nobody has said anything.
	Appointing(ctx context.Context, s study.StudyID) (study.Appointing, error)
}

// Letters are where mails about appointments go.
type Letters interface {
	// Address returns study.ErrNotFound if nobody has said.
	Address(ctx context.Context, p study.ParticipantID) (study.Address, error)
	// SetAddress returns what study.Address.Check does, and study.ErrConflict if they take no part.
	SetAddress(ctx context.Context, a study.Address) error
	// RemoveAddress forgets where mails go, and drops those that wait.
	RemoveAddress(ctx context.Context, p study.ParticipantID, at time.Time) error
}

// Progress is how far a participant has come, and what they have answered.
type Progress interface {
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
	// RecordConsentWith is RecordConsent with what was found about the participant's computer before. That is stored with
	// the first consent, or never.
	RecordConsentWith(ctx context.Context, id study.SessionID, recorded bool, f study.Found, at time.Time) error
	// CountRefused counts a computer that a study refused, by what it lacked.
	CountRefused(ctx context.Context, s study.StudyID, lacks []study.Shortfall) error
	// ChooseLanguage records in which language the participant reads the study. It returns study.ErrConflict
	// if they have consented in another one, and study.ErrInvalid if the study is not there in this one.
	ChooseLanguage(ctx context.Context, id study.SessionID, l study.Language) error
	// RecordRating stores the answers to one instrument, for a trial or, with trial 0, about the
	// person. If the instrument was answered before, the first answers stay and the error is nil.
	RecordRating(ctx context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error
	// Ratings returns all answers of a session by trial (0: about the person).
	Ratings(ctx context.Context, id study.SessionID) (map[study.TrialID][]study.Rating, error)
}

// Measured is what the pages with a desktop have measured.
type Measured interface {
	// SaveBatch stores a batch, all or nothing. When it returns nil, the batch is on disk. If the
	// page has sent a batch of this number before, nothing changes. If the batch uses the number of
	// an earlier interaction or event again, the error is study.ErrConflict.
	SaveBatch(ctx context.Context, b study.Batch) error
	// RecordEvent records an event that the server saw or an experimenter caused.
	RecordEvent(ctx context.Context, e study.Event) error
}
