package api

import (
	"context"
	"slices"
	"strconv"
	"time"

	"vmstudy/study"
	"vmstudy/web/page"
)

// InParticipant names a participant in the path.
type InParticipant struct {
	InStudy
	Participant int64 `path:"participant" minimum:"1" doc:"Number of the participant."`
}

// Participant is a person in a study, known by a code.
type Participant struct {
	ID        int64      `json:"id"`
	Code      string     `json:"code"`
	Pilot     bool       `json:"pilot" doc:"Tries the study out, and does not count."`
	Simulated bool       `json:"simulated" doc:"Is no person: the program made up what they gave."`
	AddedAt   *time.Time `json:"added_at,omitempty"`
	State     string     `json:"state" enum:"invited,booked,started,paused,finished,dropped,withdrawn,excluded,turned_away"`
	Ground    string     `json:"ground,omitempty" doc:"Why they were dropped or excluded: a reason of a list."`
	Reason    string     `json:"reason,omitempty" doc:"More about it, in words."`
	Group     string     `json:"group,omitempty"`
	Session   int64      `json:"session,omitempty" doc:"Number of their session; absent before the first visit."`
	Link      *Link      `json:"link,omitempty"`
}

// Link is what is known of a personal link. The link itself is shown to who makes it, once.
type Link struct {
	IssuedAt  *time.Time `json:"issued_at,omitempty"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"From then on nobody begins with it."`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

// OneParticipant is the answer with a participant.
type OneParticipant struct{ Body Participant }

func numberOf(p study.Person) int64 { return int64(p.ID) }

func (s *Server) participantOf(p study.Person) Participant {
	ruled := p.Visit.Assignment.Ruling
	out := Participant{
		ID: int64(p.ID), Code: p.Code, Pilot: p.Pilot, Simulated: p.Simulated, AddedAt: when(p.AddedAt), State: string(p.State(s.Now())),
		Ground: string(ruled.Ground), Reason: ruled.Why, Group: p.Visit.Assignment.Place.Group, Session: int64(p.Session),
	}
	if len(p.Links) > 0 {
		l := linkOf(p)
		out.Link = &l
	}
	return out
}

func linkOf(p study.Person) Link {
	return link(p.Participant)
}

func link(p study.Participant) Link {
	l := p.Newest()
	return Link{when(l.IssuedAt), when(l.ExpiresAt), when(l.RevokedAt)}
}

// Participants lists the participants of a study.
func (s *Server) Participants(ctx context.Context, in *struct {
	InStudy
	Paging
},
) (*Page[Participant], error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	giveBack, err := s.inTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer giveBack()
	load := func(p study.Part) ([]study.Person, error) { return s.lab.PeopleIn(ctx, in.id(), p) }
	return read(in.Paging, numberOf, load, s.participantOf)
}

// Participant returns one participant.
func (s *Server) Participant(ctx context.Context, in *InParticipant) (*OneParticipant, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	all, err := s.lab.PeopleIn(ctx, in.id(), one(in.Participant))
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || int64(all[0].ID) != in.Participant {
		return nil, page.ErrMissing("There is no participant %s in study %s.", in.Participant, in.Study)
	}
	return &OneParticipant{s.participantOf(all[0])}, nil
}

// NewLink is a personal link that was just made.
type NewLink struct {
	Participant int64      `json:"participant"`
	Code        string     `json:"code"`
	URL         string     `json:"url" doc:"Whoever has it is the participant. It is shown only this once."`
	ExpiresAt   *time.Time `json:"expires_at,omitempty"`
}

// NewLinks is the answer with links that were just made.
type NewLinks struct {
	Body struct {
		Made []NewLink `json:"made" nullable:"false"`
	}
}

// newLinks shows links as they are shown once.
func (s *Server) newLinks(ctx context.Context, people []study.Participant, links []study.NewLink, expires time.Time) *NewLinks {
	out := &NewLinks{}
	out.Body.Made = []NewLink{}
	for _, l := range links {
		i := slices.IndexFunc(people, func(p study.Participant) bool { return p.ID == l.Participant })
		out.Body.Made = append(out.Body.Made, NewLink{int64(l.Participant), people[i].Code, s.Public.Origin(request(ctx)) + page.LinkPath(l.Secret), when(expires)})
	}
	return out
}

// AddParticipants adds participants, each with a link.
func (s *Server) AddParticipants(ctx context.Context, in *struct {
	InStudy
	Body struct {
		Number int  `json:"number" doc:"How many."`
		Pilot  bool `json:"pilot,omitempty" doc:"They try the study out, and do not count."`
	}
},
) (*NewLinks, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	people, links, err := s.lab.MakeParticipants(ctx, in.id(), form(ctx, map[string]string{"number": strconv.Itoa(in.Body.Number), "pilot": yes(in.Body.Pilot)}))
	if err != nil {
		return nil, err
	}
	return s.newLinks(ctx, people, links, time.Time{}), nil
}

// LinkOfParticipant is what is known of a participant's newest link.
type LinkOfParticipant struct {
	Participant int64  `json:"participant"`
	Code        string `json:"code"`
	Link
}

// Links lists what is known of the newest link of each participant.
func (s *Server) Links(ctx context.Context, in *struct {
	InStudy
	Paging
},
) (*Page[LinkOfParticipant], error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	load := func(p study.Part) ([]study.Participant, error) { return s.lab.Store.LinkedIn(ctx, in.id(), p) }
	return read(in.Paging, func(p study.Participant) int64 { return int64(p.ID) }, load, func(p study.Participant) LinkOfParticipant {
		return LinkOfParticipant{int64(p.ID), p.Code, link(p)}
	})
}

// ChangeLinks renews links, revokes them, or says until when one can begin with them.
func (s *Server) ChangeLinks(ctx context.Context, in *struct {
	InStudy
	Body struct {
		Do           string  `json:"do" enum:"renew,revoke,expire"`
		Whose        string  `json:"whose,omitempty" enum:"chosen,unbegun,all" doc:"Whose links: of those in participants, of all who have not begun, or of all."`
		Participants []int64 `json:"participants,omitempty" nullable:"false" doc:"Numbers of participants."`
		Until        string  `json:"until,omitempty" doc:"The last day on which one can begin with them, as in 2026-03-31."`
	}
},
) (*NewLinks, error) {
	if _, err := s.study(ctx, in.id()); err != nil {
		return nil, err
	}
	asked := form(ctx, map[string]string{"do": in.Body.Do, "whose": in.Body.Whose, "until": in.Body.Until}, people(in.Body.Participants))
	c, err := s.lab.DoWithLinks(ctx, in.id(), asked)
	if err != nil {
		return nil, err
	}
	return s.newLinks(ctx, c.People, c.Made, c.Until), nil
}
