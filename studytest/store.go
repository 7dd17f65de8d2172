package studytest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"vmstudy/study"
	"vmstudy/study/audit"
)

// Store keeps everything in memory. It is safe for concurrent use. NewStore makes one.
type Store struct {
	mu            sync.Mutex
	lastID        int64
	accounts      []account
	logins        map[string]login
	studies       []*experiment
	people        []*study.Participant
	sessions      []*study.Session
	ratings       map[study.SessionID]map[study.TrialID][]study.Rating
	batches       map[study.AttemptID][]study.Batch // sorted by page and number
	events        []study.Event                     // recorded by the server and by experimenters, not by pages
	slots         []*study.Slot
	bookings      []study.Booking
	appointing    map[study.StudyID]study.Appointing
	recordings    map[study.AttemptID]*study.Recording
	audits        []audit.Entry
	notes         []study.Note
	compensations []study.Compensation
	networks      []study.SavedNetwork
	post          correspondence
	traffic       map[study.AttemptID][]study.LinkSecond
	closed        []closedPlace
	images        map[string]study.ImageFile // by their hashes
	left          []leftPlace
	tombstones    map[study.ParticipantID]*study.Tombstone
	recruited     recruited

	calibrations []*study.Calibration
	members      map[study.StudyID]map[study.ExperimenterID]study.Role
	invitations  map[string]*invitation // by the SHA-256 of their tokens
	seconds      map[study.ExperimenterID]*secondFactor
	tokens       []*study.Token
}

type account struct {
	study.Experimenter
	hash          string
	administrator bool
	disabledAt    time.Time
}

type login struct {
	who     study.ExperimenterID
	expires time.Time
	id      int64
	opened  time.Time
	seen    study.Sighting
}

// experiment is a study with all its versions, the oldest first.
type experiment struct {
	study.Study
	versions []study.Version
	refused  study.Refusals
}

// NewStore returns an empty store.
func NewStore() *Store {
	return &Store{
		logins:  map[string]login{},
		seconds: map[study.ExperimenterID]*secondFactor{},
		members: map[study.StudyID]map[study.ExperimenterID]study.Role{}, invitations: map[string]*invitation{},
		ratings:    map[study.SessionID]map[study.TrialID][]study.Rating{},
		batches:    map[study.AttemptID][]study.Batch{},
		recordings: map[study.AttemptID]*study.Recording{},
		traffic:    map[study.AttemptID][]study.LinkSecond{},
		images:     map[string]study.ImageFile{},
		appointing: map[study.StudyID]study.Appointing{},
		tombstones: map[study.ParticipantID]*study.Tombstone{},
		recruited:  recruited{settings: map[study.StudyID]study.Recruitment{}, came: map[study.ParticipantID]int64{}},
	}
}

// nextID returns a new id. Ids are unique over all kinds of things.
func (s *Store) nextID() int64 {
	s.lastID++
	return s.lastID
}

// kept returns t as PostgreSQL returns it: in UTC, with microseconds.
func kept(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func missing(what string, id any) error {
	return fmt.Errorf("%s %v: %w", what, id, study.ErrNotFound)
}

// Experimenter implements web.Store.
func (s *Store) Experimenter(_ context.Context, name string) (study.Experimenter, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.accountOf(name); i >= 0 {
		return s.accounts[i].Experimenter, s.accounts[i].hash, nil
	}
	return study.Experimenter{}, "", missing("experimenter", name)
}

func (s *Store) accountOf(name string) int {
	return slices.IndexFunc(s.accounts, func(a account) bool { return a.Name == name })
}

// SetPassword creates the account, which administers the installation, or changes its password, ends its logins and removes its second factor.
func (s *Store) SetPassword(_ context.Context, name, hash string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "" {
		return study.Refuse(study.ErrInvalid, "an account needs a name")
	}
	i := s.accountOf(name)
	if i < 0 {
		i = len(s.accounts)
		s.accounts = append(s.accounts, account{Experimenter: study.Experimenter{ID: study.ExperimenterID(s.nextID()), Name: name}, administrator: true})
	}
	s.accounts[i].hash = hash
	s.endLogins(s.accounts[i].ID)
	s.removeSecond(s.accounts[i].ID)
	s.voidRenewals(s.accounts[i].ID)
	for _, t := range s.tokens {
		if t.Owner == s.accounts[i].ID && t.RevokedAt.IsZero() {
			t.RevokedAt = t.MadeAt // nobody says what time it is
		}
	}
	return nil
}

// OpenLogin implements web.Store.
func (s *Store) OpenLogin(_ context.Context, e study.ExperimenterID, hash string, tokenHash []byte, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.accounts, func(a account) bool { return a.ID == e && a.hash == hash && !a.Disabled }) {
		return fmt.Errorf("open login of experimenter %d: %w", e, study.ErrDenied)
	}
	s.logins[string(tokenHash)] = login{who: e, expires: kept(expires), id: s.nextID()}
	return nil
}

// Login implements web.Store.
func (s *Store) Login(_ context.Context, tokenHash []byte, now time.Time) (study.Experimenter, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.logins[string(tokenHash)]
	if !ok || !now.Before(l.expires) || l.idle(now) {
		return study.Experimenter{}, study.ErrDenied
	}
	a := s.accountByID(l.who)
	if a.Disabled {
		return study.Experimenter{}, study.ErrDenied
	}
	return a.Experimenter, nil
}

// CloseLogin implements web.Store.
func (s *Store) CloseLogin(_ context.Context, tokenHash []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.logins, string(tokenHash))
	return nil
}

// byCode sorts participants in the order of pages and exports.
func byCode(a, b *study.Participant) int {
	if a.Pilot != b.Pilot {
		if b.Pilot {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.ID, b.ID) // ids and codes are given in the same order
}
