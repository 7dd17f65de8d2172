package lab

import (
	"context"
	"iter"
	"time"

	"vmstudy/study"
	"vmstudy/study/audit"
)

// Unless a comment says otherwise: if something does not exist, the error is study.ErrNotFound; if
// a call breaks a rule, the error is a study.Refusal of kind ErrInvalid or ErrConflict; each method
// is one transaction.

// Store is everything that these pages store and read. Each group of pages needs only a few methods, so each group
// has an interface of its own, and Store is the sum of them.
type Store interface {
	Studies
	States
	Images
	Participants
	Sessions
	Places
	Appointments
	Letters
	Measurements
	Audited
	Recorded
	Notes
	Compensations
	SavedNetworks
	Calibrations
	People
	Refusing
	Parts
}

// Parts are lists that are read part by part, by number, however long they are; see study.Part.
type Parts interface {
	StudiesIn(ctx context.Context, of []study.StudyID, p study.Part) ([]study.Study, error) // of those with these numbers; nil: of all
	ParticipantsIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Participant, error)
	LinkedIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Participant, error) // who ever had a personal link
	SlotsIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Slot, error)
	SessionsIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Session, error)
	NotesIn(ctx context.Context, s study.SessionID, p study.Part) ([]study.Note, error)
	CompensationsIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Compensation, error) // the last word on each participant, by theirs
}

// Refusing counts the computers that studies refused.
type Refusing interface {
	// RefusedComputers returns how often a study refused a computer.
	RefusedComputers(ctx context.Context, s study.StudyID) (study.Refusals, error)
}

// People are the experimenters, and what each may do.
type People interface {
	Members(ctx context.Context, in study.StudyID) ([]study.Member, error) // by name
	// SetRole gives somebody a role in a study; the empty role takes it away. It returns study.ErrConflict if no owner would be left.
	SetRole(ctx context.Context, in study.StudyID, e study.ExperimenterID, role study.Role) error
	Accounts(ctx context.Context) ([]study.Account, error) // by name
	// ChangeAccount says whether an account administers, and whether it is disabled; then its logins end. It returns study.ErrConflict if nobody
	// would be left who administers.
	ChangeAccount(ctx context.Context, e study.ExperimenterID, administrator, disabled bool, at time.Time) error
	// RemoveSecondFactor removes the second factor of an account.
	RemoveSecondFactor(ctx context.Context, e study.ExperimenterID) error
	// Invite stores an invitation.
	Invite(ctx context.Context, i study.Invitation) error
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
	// PublishDraft stores frozen, the draft as study.Design.Frozen returns it, as the study's next version and as its draft, if
	// the draft's revision is still seen. It returns study.ErrConflict if the revision is another one or frozen equals the
	// newest version, and study.ErrInvalid if frozen is not valid.
	PublishDraft(ctx context.Context, id study.StudyID, seen string, frozen study.Design, by study.ExperimenterID, at time.Time) (study.Version, error)
}

// States are the states of studies.
type States interface {
	// SetState closes, reopens or archives a study. It returns what study.Study.Admits does. If the
	// study has that state already, nothing changes.
	SetState(ctx context.Context, id study.StudyID, o study.Openness) error
	// DeleteStudy deletes a study with its participants and slots. It returns what
	// study.Study.Deletable does.
	DeleteStudy(ctx context.Context, id study.StudyID) error
}

// Images are what the texts of studies show.
type Images interface {
	// KeepImage stores an image under its hash. If it is there already, nothing changes.
	KeepImage(ctx context.Context, f study.ImageFile) error
	ImageFile(ctx context.Context, sha256 string) (study.ImageFile, error)
}

// Participants are the people in a study.
type Participants interface {
	// AddParticipants adds one participant for each link and gives them new codes.
	AddParticipants(ctx context.Context, s study.StudyID, pilot bool, links []string, at time.Time) ([]study.Participant, error)
	Participants(ctx context.Context, s study.StudyID) ([]study.Participant, error) // by code
	Links
	Recruiting
	// PutIntoGroup records that an experimenter puts a participant into a group, or, with the empty name, that
	// they take that back. It returns study.ErrConflict if the participant has a place in the plan already.
	PutIntoGroup(ctx context.Context, p study.ParticipantID, group string, by study.ExperimenterID, at time.Time) error
	// Tombstone returns what is left of what a participant gave. It returns study.ErrNotFound if nobody asked to erase it.
	Tombstone(ctx context.Context, p study.ParticipantID) (study.Tombstone, error)
}

// Links are personal links. Each method changes those of all participants in a list, or, if somebody is not in the study, none, and returns
// study.ErrNotFound.
type Links interface {
	// RenewLinks gives each a new link, which takes the place of the one before. expires is as in study.Link.
	RenewLinks(ctx context.Context, s study.StudyID, links []study.NewLink, expires, at time.Time) error
	// RevokeLinks ends all of their links, and their visits until they get new links.
	RevokeLinks(ctx context.Context, s study.StudyID, people []study.ParticipantID, at time.Time) error
	// ExpireLinks says from when on nobody begins with their newest links; the zero time: never.
	ExpireLinks(ctx context.Context, s study.StudyID, people []study.ParticipantID, expires time.Time) error
}

// Recruiting is how people come from elsewhere.
type Recruiting interface {
	// Recruitment returns how people come to a study from elsewhere; the zero Recruitment if nobody has said anything.
	Recruitment(ctx context.Context, s study.StudyID) (study.Recruitment, error)
	// SetRecruitment returns what study.Recruitment.Check does.
	SetRecruitment(ctx context.Context, s study.StudyID, r study.Recruitment) error
	// OpenLink returns the newest open link of a study.
	OpenLink(ctx context.Context, s study.StudyID) (study.OpenLink, error)
	// IssueOpenLink makes a new open link for l.Study, with its Most, IssuedAt and ExpiresAt. Those before are revoked.
	IssueOpenLink(ctx context.Context, secret string, l study.OpenLink) error
	RevokeOpenLink(ctx context.Context, s study.StudyID, at time.Time) error
}

// Sessions are the visits of participants.
type Sessions interface {
	Session(ctx context.Context, id study.SessionID) (study.Session, error)
	Sessions(ctx context.Context, s study.StudyID) ([]study.Session, error)               // the newest first
	SessionsNumbered(ctx context.Context, ids []study.SessionID) ([]study.Session, error) // in this order, without numbers of none
	// OpenSessions returns the sessions of all studies that have not ended and were not turned away, the newest first: those that began at
	// or after since, those whose place is kept beyond now, and those with an attempt in flight.
	OpenSessions(ctx context.Context, since, now time.Time) ([]study.Session, error)
}

// Places are the places in the plans of studies.
type Places interface {
	// Roster returns who has which place of the plan of a version, and which places are closed.
	// Versions with the same plan have the same roster.
	Roster(ctx context.Context, v study.VersionID) (study.Roster, error)
	// Rule records what r says about the session's participant. It returns what
	// study.Assignment.Admits does. If the last ruling said the same, nothing changes.
	Rule(ctx context.Context, id study.SessionID, r study.Ruling) error
	// RuleOnTrial records what r says about a trial of a session. It returns what study.Trial.Admits
	// does. If the last ruling said the same, nothing changes.
	RuleOnTrial(ctx context.Context, id study.SessionID, t study.TrialID, r study.TrialRuling) error
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
	// RemoveSlot deletes a free slot. It returns study.ErrConflict if the slot is booked.
	RemoveSlot(ctx context.Context, id study.SlotID) error
	// Diary returns what is on record of a participant's appointments; Diaries those of all participants of a study who ever had one, or
	// have begun it and come more than once, and DiariesOf those of such people among some.
	Diary(ctx context.Context, p study.ParticipantID) (study.Diary, error)
	Diaries(ctx context.Context, s study.StudyID) (map[study.ParticipantID]study.Diary, error)
	DiariesOf(ctx context.Context, people []study.ParticipantID) (map[study.ParticipantID]study.Diary, error)
	// BookSlot gives the slot b.Slot to b.Participant, as study.Diary.Book says; a slot that they had before becomes free. It returns
	// study.ErrNotFound if the slot belongs to another study.
	BookSlot(ctx context.Context, b study.Booking) (study.Slot, error)
	// EndBooking records that an appointment is cancelled or was missed, as study.Diary.End says.
	EndBooking(ctx context.Context, b study.Booking) error
	// WalkIn gives b.Participant a time that begins now at a station: one that is on offer there and free, or s, which is made for it. In a study
	// that offers no times it returns study.ErrNoTimes. It
	// returns study.ErrConflict if the station or all machines are taken.
	WalkIn(ctx context.Context, b study.Booking, s study.Slot, machines int) (study.Slot, error)
	// Appointing returns how the participants of a study deal with appointments; the zero Appointing if nobody has said anything.
	Appointing(ctx context.Context, s study.StudyID) (study.Appointing, error)
	// SetAppointing returns what study.Appointing.Check does.
	SetAppointing(ctx context.Context, s study.StudyID, a study.Appointing) error
}

// Letters are the mails about appointments, and where they go.
type Letters interface {
	// Address returns study.ErrNotFound if nobody has said where mails to a participant go.
	Address(ctx context.Context, p study.ParticipantID) (study.Address, error)
	// SetAddress returns what study.Address.Check does, and study.ErrConflict if they take no part.
	SetAddress(ctx context.Context, a study.Address) error
	// RemoveAddress forgets where mails go, and drops those that wait.
	RemoveAddress(ctx context.Context, p study.ParticipantID, at time.Time) error
	Mails(ctx context.Context, s study.StudyID) ([]study.Mail, error) // the oldest first
}

// Measurements are what browsers and the server have measured.
type Measurements interface {
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

// Audited is who did what.
type Audited interface {
	// Record appends an entry about something that changes no data, and returns the new head.
	Record(ctx context.Context, e audit.Entry) (audit.Head, error)
	// Entries returns the newest entries that f chooses, the newest first.
	Entries(ctx context.Context, f audit.Filter) ([]audit.Entry, error)
	// Trail yields all entries in their order.
	Trail(ctx context.Context) iter.Seq2[audit.Entry, error]
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

// Calibrations are the measurements of studies' networks, and the ways in which links were made.
type Calibrations interface {
	Calibration(ctx context.Context, id study.CalibrationID) (study.Calibration, error)
	Calibrations(ctx context.Context, s study.StudyID) ([]study.Calibration, error) // the newest first
	// LinkWays returns the ways in which the links of a version's sessions were made, ordered by
	// name. Sessions of pilots do not count.
	LinkWays(ctx context.Context, v study.VersionID) ([]study.LinkWay, error)
}
