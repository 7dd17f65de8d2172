package studytest

import (
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// copySession returns a copy of x for callers, with the current data of the participant.
func (s *Store) copySession(x *study.Session) study.Session {
	c := *x
	c.Version = copiedVersion(c.Version)
	if p, err := s.person(c.Participant.ID); err == nil {
		c.Participant = *p
	}
	c.Assignment = s.assignmentOf(x)
	c.Trials = slices.Clone(c.Trials)
	for i := range c.Trials {
		c.Trials[i].Attempts = slices.Clone(c.Trials[i].Attempts)
		c.Trials[i].Rated = slices.Clone(c.Trials[i].Rated)
	}
	return c
}

func (s *Store) session(id study.SessionID) (*study.Session, error) {
	for _, x := range s.sessions {
		if x.ID == id {
			return x, nil
		}
	}
	return nil, missing("session", id)
}

// StartSession implements web.Store.
func (s *Store) StartSession(_ context.Context, id study.ParticipantID, at time.Time) (study.SessionID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.person(id)
	if err != nil {
		return 0, err
	}
	if p.Ruled == study.PlaceWithdrawn {
		return 0, study.ErrWithdrawn
	}
	if p.Session != 0 {
		return p.Session, nil
	}
	e, err := s.study(p.Study)
	if err != nil {
		return 0, err
	}
	if e.Openness.State != study.StudyOpen {
		return 0, study.ErrStudyClosed
	}
	if len(e.versions) == 0 {
		return 0, study.Refuse(study.ErrConflict, "this study has not been published yet")
	}
	v := e.versions[len(e.versions)-1]
	x := &study.Session{ID: study.SessionID(s.nextID()), Study: p.Study, Version: v, Participant: *p, StartedAt: kept(at)}
	s.sessions = append(s.sessions, x)
	p.Session = x.ID
	return x.ID, nil
}

func (s *Store) layOut(x *study.Session) {
	s.addTrials(x, x.Design().Laid(x.Assignment.Place.Sequence))
}

func (s *Store) addTrials(x *study.Session, trials []study.Trial) {
	for _, t := range trials {
		t.ID = study.TrialID(s.nextID())
		x.Trials = append(x.Trials, t)
	}
}

// Session implements session.Store and web.Store.
func (s *Store) Session(_ context.Context, id study.SessionID) (study.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return study.Session{}, err
	}
	return s.copySession(x), nil
}

// Sessions implements web.Store.
func (s *Store) Sessions(_ context.Context, id study.StudyID) ([]study.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []study.Session{}
	for _, x := range slices.Backward(s.sessions) {
		if x.Study == id {
			all = append(all, s.copySession(x))
		}
	}
	slices.SortStableFunc(all, func(a, b study.Session) int { return b.StartedAt.Compare(a.StartedAt) })
	return all, nil
}

// OpenSessions implements web.Store.
func (s *Store) OpenSessions(_ context.Context, since, now time.Time) ([]study.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []study.Session{}
	for _, x := range slices.Backward(s.sessions) {
		if p, err := s.person(x.Participant.ID); err == nil && p.Simulated {
			continue
		}
		live := slices.ContainsFunc(x.Trials, func(t study.Trial) bool { return t.Last().State.Live() })
		if x.EndedAt.IsZero() && !x.TurnedAway && (live || !x.StartedAt.Before(since) || x.Assignment.LeaseEnds.After(now)) {
			all = append(all, s.copySession(x))
		}
	}
	slices.SortStableFunc(all, func(a, b study.Session) int { return b.StartedAt.Compare(a.StartedAt) })
	return all, nil
}

// TakeSeat implements web.Store.
func (s *Store) TakeSeat(_ context.Context, id study.SessionID, at time.Time) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return 0, err
	}
	x.Seat++
	if x.Assignment.Taken() {
		x.Assignment.LeaseEnds = kept(s.copySession(x).LeaseUntil(at))
	}
	return x.Seat, nil
}

// RecordConsent implements web.Store.
func (s *Store) RecordConsent(ctx context.Context, id study.SessionID, recorded bool, at time.Time) error {
	return s.RecordConsentWith(ctx, id, recorded, study.Found{}, at)
}

// RecordConsentWith implements web.Store.
func (s *Store) RecordConsentWith(_ context.Context, id study.SessionID, recorded bool, f study.Found, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.recordConsent(id, recorded, f, at)
}

func (s *Store) recordConsent(id study.SessionID, recorded bool, f study.Found, at time.Time) error {
	x, err := s.session(id)
	if err != nil {
		return err
	}
	if err := s.mayGoOn(x); err != nil || !x.ConsentedAt.IsZero() {
		return err
	}
	if err := s.assign(x, false, at); err != nil {
		return err
	}
	x.ConsentedAt, x.Recorded, x.Found = kept(at), recorded, f
	if p, err := s.person(x.Participant.ID); err == nil {
		x.PutThen = p.Put
	}
	return nil
}

// ChooseLanguage implements web.Store.
func (s *Store) ChooseLanguage(_ context.Context, id study.SessionID, l study.Language) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return err
	}
	if err := s.copySession(x).MayChoose(l); err != nil {
		return err
	}
	x.Language = l
	return nil
}

// RecordVisit implements web.Store.
func (s *Store) RecordVisit(_ context.Context, id study.SessionID, step study.Step, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var recorded *time.Time
	x, err := s.session(id)
	switch step.Kind {
	case study.StepConsent, study.StepScreening, study.StepAbout, study.StepEnd, study.StepPause, study.StepReturn:
	default:
		return study.ErrInvalid
	}
	switch {
	case step.Trial < 0:
		return study.ErrInvalid
	case err != nil:
		return err
	case s.mayGoOn(x) != nil:
		return s.mayGoOn(x)
	case step.Kind == study.StepConsent:
		return s.recordConsent(id, false, study.Found{}, at)
	case step.Kind == study.StepScreening:
		return s.screen(x, at)
	case step.Kind == study.StepAbout:
		if !x.ConsentedAt.IsZero() && !x.Assignment.Taken() && !x.TurnedAway {
			if err := s.assign(x, true, at); err != nil {
				return err
			}
		}
		recorded = &x.AboutAt
	case step.Kind == study.StepEnd:
		recorded = &x.EndedAt
		if p, err := s.person(x.Participant.ID); err == nil {
			p.Finished = true
		}
	case step.Trial >= len(x.Trials):
		return missing("trial", step.Trial)
	default:
		recorded = &x.Trials[step.Trial].ReadyAt
	}
	if recorded.IsZero() {
		*recorded = kept(at)
	}
	return nil
}

// screen records that the screening of x is answered, and whether the answers turn the participant away. If not, they take a place.
func (s *Store) screen(x *study.Session, at time.Time) error {
	was := *x
	d := x.Version.Design
	if x.ScreenedAt.IsZero() {
		x.ScreenedAt, x.TurnedAway = kept(at), d.TurnsAway(s.answersTo(x, d.Screening))
	}
	if x.TurnedAway || x.Assignment.Taken() || x.ConsentedAt.IsZero() {
		p, err := s.person(x.Participant.ID)
		if err == nil {
			p.TurnedAway = x.TurnedAway
		}
		return err
	}
	if err := s.assign(x, false, at); err != nil {
		*x = was
		return err
	}
	return nil
}

// RecordRating implements web.Store.
func (s *Store) RecordRating(_ context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return err
	}
	if err := s.mayGoOn(x); err != nil {
		return err
	}
	i := slices.IndexFunc(x.Trials, func(t study.Trial) bool { return t.ID == trial })
	if i < 0 && trial != 0 {
		return missing("trial", trial)
	}
	if s.ratings[id] == nil {
		s.ratings[id] = map[study.TrialID][]study.Rating{}
	}
	if slices.ContainsFunc(s.ratings[id][trial], func(o study.Rating) bool { return o.Instrument == r.Instrument }) {
		return nil
	}
	if err := checkRating(r); err != nil {
		return err
	}
	r.At, r.Answers = kept(r.At), slices.Clone(r.Answers)
	s.ratings[id][trial] = append(s.ratings[id][trial], r)
	slices.SortStableFunc(s.ratings[id][trial], func(a, b study.Rating) int { return a.At.Compare(b.At) })
	if i >= 0 {
		x.Trials[i].Rated = nil
		for _, r := range s.ratings[id][trial] {
			x.Trials[i].Rated, x.Trials[i].RatedAt = append(x.Trials[i].Rated, r.Instrument), r.At
		}
		s.addTrials(x, x.NextPair(s.ratings[id]))
	}
	if trial == 0 {
		x.Rated = nil
		for _, r := range s.ratings[id][0] {
			x.Rated = append(x.Rated, r.Instrument)
		}
	}
	return nil
}

func checkRating(r study.Rating) error {
	if r.Instrument == "" {
		return study.ErrInvalid
	}
	seen := map[string]bool{}
	for _, a := range r.Answers {
		switch {
		case a.Item == "":
			return study.ErrInvalid
		case seen[a.Item]:
			return study.ErrConflict
		}
		seen[a.Item] = true
	}
	return nil
}

// Ratings implements web.Store.
func (s *Store) Ratings(_ context.Context, id study.SessionID) (map[study.TrialID][]study.Rating, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.session(id); err != nil {
		return nil, err
	}
	all := map[study.TrialID][]study.Rating{}
	for trial, ratings := range s.ratings[id] {
		for _, r := range ratings {
			r.Answers = slices.Clone(r.Answers)
			all[trial] = append(all[trial], r)
		}
	}
	return all, nil
}
