package studytest

import (
	"context"
	"iter"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
	"vmstudy/study/audit"
)

// A Keeper is a store with all methods that TestStore checks. It repeats the methods of
// session.Store and of web.Store: it cannot refer to them, because the tests of session import this
// package.
type Keeper interface {
	accounts
	studies
	drafts
	participants
	visits
	places
	withdrawals
	recruiting
	audited
	appointments
	correspondences
	measurements
	attempts
	recordings
	notes
	compensations
	savedNetworks
	calibrations
	images
	parts
	LinkWays(ctx context.Context, v study.VersionID) ([]study.LinkWay, error)
}

type accounts interface {
	SeeLogin(ctx context.Context, tokenHash []byte, s study.Sighting) error
	Logins(ctx context.Context, e study.ExperimenterID, now time.Time) ([]study.Login, error)
	ChangePassword(ctx context.Context, e study.ExperimenterID, hash string, keep []byte) error
	Standing(ctx context.Context, e study.ExperimenterID) (study.Standing, error)
	StudyOf(ctx context.Context, id study.SessionID) (study.StudyID, error)
	Members(ctx context.Context, in study.StudyID) ([]study.Member, error)
	SetRole(ctx context.Context, in study.StudyID, e study.ExperimenterID, role study.Role) error
	Accounts(ctx context.Context) ([]study.Account, error)
	ChangeAccount(ctx context.Context, e study.ExperimenterID, administrator, disabled bool, at time.Time) error
	Invite(ctx context.Context, i study.Invitation) error
	Invitation(ctx context.Context, token []byte, now time.Time) (study.Invitation, error)
	Accept(ctx context.Context, token []byte, a study.Acceptance) (study.ExperimenterID, error)
	Experimenter(ctx context.Context, name string) (e study.Experimenter, hash string, err error)
	SetPassword(ctx context.Context, name, hash string) error
	OpenLogin(ctx context.Context, e study.ExperimenterID, hash string, tokenHash []byte, expires time.Time) error
	Login(ctx context.Context, tokenHash []byte, now time.Time) (study.Experimenter, error)
	CloseLogin(ctx context.Context, tokenHash []byte) error
	AddToken(ctx context.Context, t study.Token) (study.TokenID, error)
	Tokens(ctx context.Context, owner study.ExperimenterID) ([]study.Token, error)
	Token(ctx context.Context, hash []byte, now time.Time) (study.Token, study.Experimenter, error)
	UseToken(ctx context.Context, id study.TokenID, at time.Time) error
	RevokeToken(ctx context.Context, owner study.ExperimenterID, id study.TokenID, at time.Time) error
	RevokeTokens(ctx context.Context, owner study.ExperimenterID, at time.Time) error
	SecondFactor(ctx context.Context, e study.ExperimenterID) (study.SecondFactor, error)
	EnrolSecondFactor(ctx context.Context, e study.ExperimenterID, f study.SecondFactor, recovery [][]byte) error
	UseCode(ctx context.Context, e study.ExperimenterID, step int64) error
	UseRecoveryCode(ctx context.Context, e study.ExperimenterID, hash []byte, at time.Time) error
	RemoveSecondFactor(ctx context.Context, e study.ExperimenterID) error
}

// drafts are the methods that change drafts: the first two for people, who must have seen the draft
// that they change, the last for programs that own a study.
type drafts interface {
	ReplaceDraft(ctx context.Context, id study.StudyID, seen string, d study.Design) error
	PublishDraft(ctx context.Context, id study.StudyID, seen string, frozen study.Design, by study.ExperimenterID, at time.Time) (study.Version, error)
	Publish(ctx context.Context, id study.StudyID, by study.ExperimenterID, at time.Time) (study.Version, error)
}

type studies interface {
	Studies(ctx context.Context) ([]study.Study, error)
	Study(ctx context.Context, id study.StudyID) (study.Study, error)
	Versions(ctx context.Context, id study.StudyID) ([]study.Version, error)
	SetState(ctx context.Context, id study.StudyID, o study.Openness) error
	DeleteStudy(ctx context.Context, id study.StudyID) error
	CreateStudy(ctx context.Context, by study.ExperimenterID, d study.Design, at time.Time) (study.StudyID, error)
}

type images interface {
	KeepImage(ctx context.Context, f study.ImageFile) error
	ImageFile(ctx context.Context, sha256 string) (study.ImageFile, error)
}

type participants interface {
	AddParticipants(ctx context.Context, s study.StudyID, pilot bool, links []string, at time.Time) ([]study.Participant, error)
	Participants(ctx context.Context, s study.StudyID) ([]study.Participant, error)
	ParticipantByLink(ctx context.Context, link string) (study.Participant, error)
	AddSimulated(ctx context.Context, s study.StudyID, n int, at time.Time) ([]study.Participant, error)
	RemoveSimulated(ctx context.Context, s study.StudyID) (int, error)
	RenewLinks(ctx context.Context, s study.StudyID, links []study.NewLink, expires, at time.Time) error
	RevokeLinks(ctx context.Context, s study.StudyID, people []study.ParticipantID, at time.Time) error
	ExpireLinks(ctx context.Context, s study.StudyID, people []study.ParticipantID, expires time.Time) error
	PutIntoGroup(ctx context.Context, p study.ParticipantID, group string, by study.ExperimenterID, at time.Time) error
}

type visits interface {
	Session(ctx context.Context, id study.SessionID) (study.Session, error)
	StartSession(ctx context.Context, p study.ParticipantID, at time.Time) (study.SessionID, error)
	Sessions(ctx context.Context, s study.StudyID) ([]study.Session, error)
	OpenSessions(ctx context.Context, since, now time.Time) ([]study.Session, error)
	TakeSeat(ctx context.Context, id study.SessionID, at time.Time) (seat int, err error)
	RecordVisit(ctx context.Context, id study.SessionID, step study.Step, at time.Time) error
	RecordConsent(ctx context.Context, id study.SessionID, recorded bool, at time.Time) error
	RecordConsentWith(ctx context.Context, id study.SessionID, recorded bool, f study.Found, at time.Time) error
	CountRefused(ctx context.Context, s study.StudyID, lacks []study.Shortfall) error
	RefusedComputers(ctx context.Context, s study.StudyID) (study.Refusals, error)
	ChooseLanguage(ctx context.Context, id study.SessionID, l study.Language) error
	RecordRating(ctx context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error
}

type places interface {
	Roster(ctx context.Context, v study.VersionID) (study.Roster, error)
	Rule(ctx context.Context, id study.SessionID, r study.Ruling) error
	RuleOnTrial(ctx context.Context, id study.SessionID, t study.TrialID, r study.TrialRuling) error
	SetClosed(ctx context.Context, v study.VersionID, c study.Closing) error
}

type withdrawals interface {
	Withdraw(ctx context.Context, p study.ParticipantID, w study.Withdrawal) error
	Erase(ctx context.Context, p study.ParticipantID, at time.Time) (study.Tombstone, error)
	Tombstone(ctx context.Context, p study.ParticipantID) (study.Tombstone, error)
	Unerased(ctx context.Context) ([]study.Tombstone, error)
	FilesErased(ctx context.Context, p study.ParticipantID, at time.Time) error
}

type recruiting interface {
	Recruitment(ctx context.Context, s study.StudyID) (study.Recruitment, error)
	SetRecruitment(ctx context.Context, s study.StudyID, r study.Recruitment) error
	RecordExternalIDs(ctx context.Context, p study.ParticipantID, ids []study.ExternalID) error
	ExternalIDs(ctx context.Context, p study.ParticipantID) ([]study.ExternalID, error)
	OpenLink(ctx context.Context, s study.StudyID) (study.OpenLink, error)
	OpenLinkBySecret(ctx context.Context, secret string) (study.OpenLink, error)
	IssueOpenLink(ctx context.Context, secret string, l study.OpenLink) error
	RevokeOpenLink(ctx context.Context, s study.StudyID, at time.Time) error
	Join(ctx context.Context, j study.Joining) (study.Participant, error)
}

type audited interface {
	Record(ctx context.Context, e audit.Entry) (audit.Head, error)
	Entries(ctx context.Context, f audit.Filter) ([]audit.Entry, error)
	Trail(ctx context.Context) iter.Seq2[audit.Entry, error]
}

type appointments interface {
	OfferSlots(ctx context.Context, slots []study.Slot, machines int) error
	Slots(ctx context.Context, s study.StudyID) ([]study.Slot, error)
	Day(ctx context.Context, from, to time.Time) ([]study.Slot, error)
	BookSlot(ctx context.Context, b study.Booking) (study.Slot, error)
	EndBooking(ctx context.Context, b study.Booking) error
	WalkIn(ctx context.Context, b study.Booking, s study.Slot, machines int) (study.Slot, error)
	Diary(ctx context.Context, p study.ParticipantID) (study.Diary, error)
	Diaries(ctx context.Context, s study.StudyID) (map[study.ParticipantID]study.Diary, error)
	Appointing(ctx context.Context, s study.StudyID) (study.Appointing, error)
	SetAppointing(ctx context.Context, s study.StudyID, a study.Appointing) error
	RemoveSlot(ctx context.Context, id study.SlotID) error
}

type correspondences interface {
	Address(ctx context.Context, p study.ParticipantID) (study.Address, error)
	SetAddress(ctx context.Context, a study.Address) error
	RemoveAddress(ctx context.Context, p study.ParticipantID, at time.Time) error
	Mails(ctx context.Context, s study.StudyID) ([]study.Mail, error)
	Correspondences(ctx context.Context, who study.ParticipantID) ([]study.Correspondence, error)
	QueueMail(ctx context.Context, m study.Mail) error
	RecordMail(ctx context.Context, m study.Mail) error
}

type measurements interface {
	SaveBatch(ctx context.Context, b study.Batch) error
	InteractionsOf(ctx context.Context, a study.AttemptID) ([]study.Interaction, error)
	FirstCrisp(ctx context.Context, id study.SessionID) (map[study.AttemptID]time.Time, error)
	Receipts(ctx context.Context, id study.SessionID) ([]study.Receipt, error)
	RecordEvent(ctx context.Context, e study.Event) error
	Events(ctx context.Context, id study.SessionID) ([]study.Event, error)
	Ratings(ctx context.Context, id study.SessionID) (map[study.TrialID][]study.Rating, error)
}

type attempts interface {
	OpenAttempt(ctx context.Context, a study.Attempt) (study.Attempt, error)
	RecordAttempt(ctx context.Context, a study.Attempt, at time.Time, monotonic time.Duration) error
	InterruptAttempts(ctx context.Context, at time.Time, cause string) (int, error)
	RecordTraffic(ctx context.Context, a study.AttemptID, seconds []study.LinkSecond) error
	Traffic(ctx context.Context, id study.SessionID) (map[study.AttemptID][]study.LinkSecond, error)
}

type recordings interface {
	BeginRecording(ctx context.Context, a study.AttemptID, at time.Time) error
	EndRecording(ctx context.Context, r study.Recording) error
	DeleteRecording(ctx context.Context, a study.AttemptID, who, why string, at time.Time) error
	Recording(ctx context.Context, a study.AttemptID) (study.Recording, error)
	Recordings(ctx context.Context, id study.SessionID) ([]study.Recording, error)
	AllRecordings(ctx context.Context) ([]study.Recording, error)
}

type notes interface {
	AddNote(ctx context.Context, n study.Note) (study.NoteID, error)
	RemoveNote(ctx context.Context, s study.SessionID, id study.NoteID) error
	Notes(ctx context.Context, s study.SessionID) ([]study.Note, error)
}

type compensations interface {
	RecordCompensations(ctx context.Context, s study.StudyID, all []study.Compensation) error
	Compensations(ctx context.Context, s study.StudyID) (map[study.ParticipantID]study.Compensation, error)
	CompensationsOf(ctx context.Context, p study.ParticipantID) ([]study.Compensation, error)
}

type savedNetworks interface {
	SaveNetwork(ctx context.Context, n study.SavedNetwork) error
	SavedNetworks(ctx context.Context, of study.ExperimenterID) ([]study.SavedNetwork, error)
	RemoveNetwork(ctx context.Context, of study.ExperimenterID, id study.SavedNetworkID) error
}

type calibrations interface {
	OpenCalibration(ctx context.Context, c study.Calibration) (study.CalibrationID, error)
	CloseCalibration(ctx context.Context, c study.Calibration) error
	InterruptCalibrations(ctx context.Context, at time.Time, cause string) (int, error)
	Calibration(ctx context.Context, id study.CalibrationID) (study.Calibration, error)
	Calibrations(ctx context.Context, s study.StudyID) ([]study.Calibration, error)
}

var (
	_ Keeper          = (*Store)(nil)
	_ analysis.Source = Source{}
)

type parts interface {
	StudiesIn(ctx context.Context, of []study.StudyID, p study.Part) ([]study.Study, error)
	ParticipantsIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Participant, error)
	LinkedIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Participant, error)
	SlotsIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Slot, error)
	SessionsIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Session, error)
	NotesIn(ctx context.Context, s study.SessionID, p study.Part) ([]study.Note, error)
	CompensationsIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Compensation, error)
	SessionsNumbered(ctx context.Context, ids []study.SessionID) ([]study.Session, error)
	DiariesOf(ctx context.Context, people []study.ParticipantID) (map[study.ParticipantID]study.Diary, error)
}
