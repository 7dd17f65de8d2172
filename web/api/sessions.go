package api

import (
	"context"
	"time"

	"vmstudy/study"
)

// InSession names a session in the path.
type InSession struct {
	Session int64 `path:"session" minimum:"1" doc:"Number of the session."`
}

func (i InSession) id() study.SessionID { return study.SessionID(i.Session) }

// Session is what one participant does in a study.
type Session struct {
	ID          int64      `json:"id"`
	Study       int64      `json:"study"`
	Version     int        `json:"version"`
	Participant int64      `json:"participant"`
	Code        string     `json:"code"`
	State       string     `json:"state" enum:"invited,booked,started,paused,finished,dropped,withdrawn,excluded,turned_away" doc:"Of the participant."`
	Ground      string     `json:"ground,omitempty" doc:"Why they were dropped or excluded: a reason of a list."`
	Reason      string     `json:"reason,omitempty" doc:"More about it, in words."`
	Group       string     `json:"group,omitempty"`
	StartedAt   time.Time  `json:"started_at"`
	ConsentedAt *time.Time `json:"consented_at,omitempty"`
	EndedAt     *time.Time `json:"ended_at,omitempty"`
	Trials      []Trial    `json:"trials" nullable:"false" doc:"In the order of conduct."`
}

// Trial is one condition, done once.
type Trial struct {
	ID        int64      `json:"id"`
	Position  int        `json:"position" doc:"0 for practice."`
	Condition string     `json:"condition" doc:"The names of its levels, as in vnc/3G/type."`
	Outcome   string     `json:"outcome,omitempty" doc:"Of the last attempt."`
	Attempts  int        `json:"attempts"`
	StartedAt *time.Time `json:"started_at,omitempty" doc:"When the last attempt showed its first picture."`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	Excluded  bool       `json:"excluded"`
	Ground    string     `json:"ground,omitempty"`
	Reason    string     `json:"reason,omitempty"`
}

// OneSession is the answer with a session.
type OneSession struct{ Body Session }

func (s *Server) sessionOf(x study.Session) Session {
	ruled := x.Assignment.Ruling
	out := Session{
		ID: int64(x.ID), Study: int64(x.Study), Version: x.Version.Number, Participant: int64(x.Participant.ID), Code: x.Participant.Code,
		State:  string(study.Person{Participant: x.Participant, Visit: x}.State(s.Now())),
		Ground: string(ruled.Ground), Reason: ruled.Why, Group: x.Assignment.Place.Group,
		StartedAt: x.StartedAt, ConsentedAt: when(x.ConsentedAt), EndedAt: when(x.EndedAt), Trials: []Trial{},
	}
	for _, t := range x.Trials {
		last := t.Last()
		out.Trials = append(out.Trials, Trial{
			ID: int64(t.ID), Position: t.Position, Condition: t.Condition.Code(), Outcome: string(last.Outcome), Attempts: len(t.Attempts),
			StartedAt: when(last.StartedAt), EndedAt: when(last.EndedAt), Excluded: t.Ruling.Excluded, Ground: string(t.Ruling.Ground), Reason: t.Ruling.Why,
		})
	}
	return out
}

// Sessions lists the sessions of a study.
func (s *Server) Sessions(ctx context.Context, in *struct {
	InStudy
	Paging
},
) (*Page[Session], error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	giveBack, err := s.inTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer giveBack()
	load := func(p study.Part) ([]study.Session, error) { return s.lab.Store.SessionsIn(ctx, in.id(), p) }
	return read(in.Paging, func(x study.Session) int64 { return int64(x.ID) }, load, s.sessionOf)
}

// Session returns one session.
func (s *Server) Session(ctx context.Context, in *InSession) (*OneSession, error) {
	x, err := s.session(ctx, in.id())
	if err != nil {
		return nil, err
	}
	return &OneSession{s.sessionOf(x)}, nil
}

// Ground is why somebody or something does not count.
type Ground struct {
	Ground string `json:"ground,omitempty" enum:"technical,interrupted,instructions,ineligible,unserious,absent,other" doc:"A reason of a list."`
	Reason string `json:"reason,omitempty" doc:"More about it, in words."`
}

// RuleOnPlace drops or excludes the participant of a session, or puts them back. It answers with nothing: who conducts may not
// read sessions.
func (s *Server) RuleOnPlace(ctx context.Context, in *struct {
	InSession
	Body struct {
		Ground
		State string `json:"state" enum:"dropped,excluded,active"`
	}
},
) (*struct{}, error) {
	if _, err := s.session(ctx, in.id()); err != nil {
		return nil, err
	}
	asked := form(ctx, map[string]string{"state": in.Body.State, "ground": in.Body.Ground.Ground, "reason": in.Body.Reason})
	return nil, s.lab.RuleBy(ctx, in.id(), asked)
}

// RuleOnTrial excludes a trial, or lets it count again. It answers with nothing, as RuleOnPlace.
func (s *Server) RuleOnTrial(ctx context.Context, in *struct {
	InSession
	Trial int64 `path:"trial" minimum:"1" doc:"Number of the trial."`
	Body  struct {
		Ground
		Excluded bool `json:"excluded"`
	}
},
) (*struct{}, error) {
	if _, err := s.session(ctx, in.id()); err != nil {
		return nil, err
	}
	asked := form(ctx, map[string]string{"excluded": yes(in.Body.Excluded), "ground": in.Body.Ground.Ground, "reason": in.Body.Reason})
	return nil, s.lab.RuleOnTrialBy(ctx, in.id(), study.TrialID(in.Trial), asked)
}
