package studytest

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/study"
)

// Source yields the data of a Store for export; it is an analysis.Source.
type Source struct{ store *Store }

// Source returns the Source of s.
func (s *Store) Source() Source { return Source{s} }

// Snapshot implements analysis.Source: it reads from a copy of the store.
func (s Source) Snapshot(_ context.Context, do func(analysis.Source) error) error {
	return do(s.store.frozen().Source())
}

// frozen returns a copy of what exports read.
func (s *Store) frozen() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := NewStore()
	c.lastID, c.accounts, c.closed, c.audits = s.lastID, slices.Clone(s.accounts), slices.Clone(s.closed), slices.Clone(s.audits)
	c.left = slices.Clone(s.left)
	c.notes = slices.Clone(s.notes)
	c.events, c.studies = slices.Clone(s.events), duplicates(s.studies)
	c.people, c.slots, c.calibrations = duplicates(s.people), duplicates(s.slots), duplicates(s.calibrations)
	for _, x := range s.sessions {
		one := s.copySession(x)
		c.sessions = append(c.sessions, &one)
	}
	for id, trials := range s.ratings {
		c.ratings[id] = map[study.TrialID][]study.Rating{}
		for t, all := range trials {
			c.ratings[id][t] = slices.Clone(all)
		}
	}
	for id, r := range s.recordings {
		one := *r
		c.recordings[id] = &one
	}
	for id, all := range s.batches {
		c.batches[id] = slices.Clone(all)
	}
	for id, all := range s.traffic {
		c.traffic[id] = slices.Clone(all)
	}
	return c
}

// duplicates returns pointers to copies of what all point to.
func duplicates[T any](all []*T) (copies []*T) {
	for _, x := range all {
		one := *x
		copies = append(copies, &one)
	}
	return copies
}

// yieldAll yields the elements that collect returns. It calls collect once, with the store locked,
// when the sequence begins; so an export sees one state of the data, as a snapshot of a database
// does.
func yieldAll[T any](ctx context.Context, s *Store, collect func() []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		s.mu.Lock()
		all := collect()
		s.mu.Unlock()
		for _, x := range all {
			if ctx.Err() != nil {
				var none T
				yield(none, context.Cause(ctx))
				return
			}
			if !yield(x, nil) {
				return
			}
		}
	}
}

// sessionsOf returns the sessions of a study, ordered by participant.
func (s *Store) sessionsOf(f analysis.Filter) []study.Session {
	var all []study.Session
	for _, p := range s.peopleOf(f) {
		if x, err := s.session(p.Session); err == nil {
			all = append(all, s.copySession(x))
		}
	}
	return all
}

// Versions implements analysis.Source.
func (s Source) Versions(ctx context.Context, f analysis.Filter) (all []analysis.Published, err error) {
	versions, err := s.store.Versions(ctx, f.Study)
	for _, v := range slices.Backward(versions) {
		one := analysis.Published{Version: v}
		for x := range s.Sessions(ctx, f) {
			if x.Version.ID == v.ID && !x.ConsentedAt.IsZero() {
				one.Visits++
			}
		}
		all = append(all, one)
	}
	return all, err
}

// Calibrations implements analysis.Source.
func (s Source) Calibrations(ctx context.Context, f analysis.Filter) ([]study.Calibration, error) {
	all, err := s.store.Calibrations(ctx, f.Study)
	slices.Reverse(all)
	return all, err
}

// Participants implements analysis.Source.
func (s Source) Participants(ctx context.Context, f analysis.Filter) iter.Seq2[study.Participant, error] {
	return yieldAll(ctx, s.store, func() []study.Participant { return s.store.peopleOf(f) })
}

// Sessions implements analysis.Source.
func (s Source) Sessions(ctx context.Context, f analysis.Filter) iter.Seq2[study.Session, error] {
	return yieldAll(ctx, s.store, func() []study.Session { return s.store.sessionsOf(f) })
}

// Responses implements analysis.Source.
func (s Source) Responses(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Response, error] {
	return yieldAll(ctx, s.store, func() (all []analysis.Response) {
		for _, x := range s.store.sessionsOf(f) {
			about := study.Trial{} // the zero trial: answers about the person
			for _, t := range append([]study.Trial{about}, x.Trials...) {
				for _, r := range s.store.ratings[x.ID][t.ID] {
					all = append(all, responses(x, t, r)...)
				}
			}
		}
		return all
	})
}

func responses(x study.Session, t study.Trial, r study.Rating) []analysis.Response {
	var all []analysis.Response
	position := t.Position
	if t.ID == 0 {
		position = -1
	}
	for _, a := range r.Answers {
		all = append(all, analysis.Response{
			Participant: x.Participant.Code, Session: x.ID, Trial: t.ID, Position: t.Position,
			Condition: t.Condition, Hash: x.Version.Hash,
			Instrument: r.Instrument, Edition: x.Version.Design.Edition(r.Instrument), Occasion: x.Version.Design.OccasionOf(r.Instrument, position), Item: a.Item, Value: a.Value, At: r.At,
		})
	}
	return all
}

// Interactions implements analysis.Source.
func (s Source) Interactions(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Interaction, error] {
	return yieldAll(ctx, s.store, func() (all []analysis.Interaction) {
		for _, x := range s.store.sessionsOf(f) {
			for _, t := range x.Trials {
				for _, a := range t.Attempts {
					all = append(all, s.store.interactionsOf(x, t, a)...)
				}
			}
		}
		return slices.Clip(all)
	})
}

func (s *Store) interactionsOf(x study.Session, t study.Trial, a study.Attempt) []analysis.Interaction {
	var all []analysis.Interaction
	for _, i := range s.interactionsIn(a.ID) {
		all = append(all, analysis.Interaction{
			Participant: x.Participant.Code, Session: x.ID, Trial: t.ID, Position: t.Position,
			Attempt: a.Number, Condition: t.Condition, Hash: x.Version.Hash, Interaction: i,
		})
	}
	return all
}

// Inputs implements analysis.Source.
func (s Source) Inputs(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Inputs, error] {
	return yieldAll(ctx, s.store, func() (all []analysis.Inputs) {
		crisp := map[study.AttemptID]time.Time{}
		for _, x := range s.store.sessionsOf(f) {
			s.store.addCrisp(crisp, x)
			for _, t := range x.Trials {
				for _, a := range t.Attempts {
					all = append(all, inputsOf(x.Participant.Code, a, s.store.interactionsIn(a.ID), crisp[a.ID]))
				}
			}
		}
		return all
	})
}

func inputsOf(participant string, a study.Attempt, rows []study.Interaction, crisp time.Time) analysis.Inputs {
	x := analysis.Inputs{Participant: participant, Trial: a.Trial, Attempt: a.Number, Kinds: map[study.InputKind]report.Inputs{}, Crisp: crisp}
	for _, i := range rows {
		of := x.Kinds[i.Kind]
		switch {
		case i.Kind.Timed() && i.Drawn < 0:
			x.Odd = append(x.Odd, i)
			continue
		case i.Kind.Timed() && i.Answered():
			of.Answered = append(of.Answered, int32(max(time.Microsecond, i.Drawn.Round(time.Microsecond)).Microseconds()))
		case i.Silent():
			of.Silent++
		default:
			continue
		}
		slices.Sort(of.Answered)
		x.Kinds[i.Kind] = of
	}
	return x
}

// Receipts implements analysis.Source.
func (s Source) Receipts(ctx context.Context, f analysis.Filter) iter.Seq2[study.Receipt, error] {
	return yieldAll(ctx, s.store, func() (all []study.Receipt) {
		for _, x := range s.store.sessionsOf(f) {
			all = append(all, s.store.receiptsOf(x)...)
		}
		return all
	})
}

// Events implements analysis.Source.
func (s Source) Events(ctx context.Context, f analysis.Filter) iter.Seq2[study.Event, error] {
	return yieldAll(ctx, s.store, func() (all []study.Event) {
		for _, x := range s.store.sessionsOf(f) {
			all = append(all, s.store.eventsOf(x)...)
		}
		return all
	})
}

// BlindKey implements analysis.Source.
func (s Source) BlindKey(_ context.Context, id study.StudyID) ([]byte, error) {
	return fmt.Appendf(nil, "key of study %d", id), nil
}
