package studytest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// BatchOf makes a batch of interactions, from the first page of an attempt.
func BatchOf(a study.AttemptID, number int64, rows []study.Interaction) study.Batch {
	b := study.Batch{
		Receipt: study.Receipt{
			Attempt: a, Page: 1, Number: number, Received: Noon.Add(time.Hour), Zero: Noon, Uncertainty: 1500, Count: len(rows),
		},
		Interactions: slices.Clone(rows),
	}
	for i, r := range rows {
		b.Given = max(b.Given, r.Number)
		b.Interactions[i].Page, b.Interactions[i].Batch = b.Page, b.Number
	}
	return b
}

func byPage(a, b study.Batch) int {
	return cmp.Or(cmp.Compare(a.Page, b.Page), cmp.Compare(a.Number, b.Number))
}

// SaveBatch implements web.Store.
func (s *Store) SaveBatch(_ context.Context, b study.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.attempt(b.Attempt); err != nil {
		return err
	}
	at, there := slices.BinarySearchFunc(s.batches[b.Attempt], b, byPage)
	if there {
		return nil
	}
	if err := checkBatch(b); err != nil {
		return err
	}
	b.Count = len(b.Interactions) + len(b.Events)
	b.Received, b.Zero = kept(b.Received), kept(b.Zero)
	b.Interactions, b.Events = slices.Clone(b.Interactions), slices.Clone(b.Events)
	for i := range b.Interactions {
		r := &b.Interactions[i]
		r.Page, r.Batch, r.At = b.Page, b.Number, kept(r.At)
	}
	for i := range b.Events {
		e := &b.Events[i]
		e.Attempt, e.Page, e.Batch, e.At = b.Attempt, b.Page, b.Number, kept(e.At)
	}
	if s.numbersTaken(b) {
		return study.ErrConflict
	}
	s.batches[b.Attempt] = slices.Insert(s.batches[b.Attempt], at, b)
	return nil
}

func checkBatch(b study.Batch) error {
	if b.Page < 1 || min(b.Number-1, int64(b.Uncertainty), b.Given, b.Dropped) < 0 {
		return study.ErrInvalid
	}
	for _, r := range b.Interactions {
		least := min(r.Number-1, int64(r.Sent), int64(r.Arrived), int64(r.Drawn), int64(r.Quiet), int64(r.Held), int64(r.Machine), r.Bytes, r.Area)
		if !r.Kind.Valid() || least < 0 {
			return study.ErrInvalid
		}
	}
	for _, e := range b.Events {
		if e.Kind == "" || e.Number < 0 || len(e.Detail) > study.DetailLimit {
			return study.ErrInvalid
		}
	}
	return nil
}

// numbersTaken reports whether an interaction or an event of b has a number that its page has used
// already.
func (s *Store) numbersTaken(b study.Batch) bool {
	rows, events := map[int64]bool{}, map[int64]bool{}
	for _, other := range append(slices.Clone(s.batches[b.Attempt]), b) {
		if other.Page != b.Page {
			continue
		}
		for _, r := range other.Interactions {
			if rows[r.Number] {
				return true
			}
			rows[r.Number] = true
		}
		for _, e := range other.Events {
			if events[e.Number] {
				return true
			}
			events[e.Number] = true
		}
	}
	return false
}

// interactionsIn returns the interactions of an attempt, ordered by page and number.
func (s *Store) interactionsIn(a study.AttemptID) []study.Interaction {
	var all []study.Interaction
	for _, b := range s.batches[a] {
		all = append(all, b.Interactions...)
	}
	slices.SortStableFunc(all, func(a, b study.Interaction) int {
		return cmp.Or(cmp.Compare(a.Page, b.Page), cmp.Compare(a.Number, b.Number))
	})
	return all
}

// Receipts implements web.Store.
func (s *Store) Receipts(_ context.Context, id study.SessionID) ([]study.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return nil, nil //nolint:nilerr // as in the database, an unknown session has no receipts
	}
	return s.receiptsOf(*x), nil
}

func (s *Store) receiptsOf(x study.Session) []study.Receipt {
	var all []study.Receipt
	for _, t := range x.Trials {
		for _, a := range t.Attempts {
			for _, b := range s.batches[a.ID] {
				all = append(all, b.Receipt)
			}
		}
	}
	return all
}

// RecordEvent implements web.Store.
func (s *Store) RecordEvent(_ context.Context, e study.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.session(e.Session); err != nil {
		return err
	}
	if e.Attempt != 0 {
		if _, err := s.attempt(e.Attempt); err != nil {
			return err
		}
	}
	if e.Kind == "" || len(e.Detail) > study.DetailLimit {
		return study.ErrInvalid
	}
	i := slices.IndexFunc(s.accounts, func(a account) bool { return a.ID == e.By })
	switch {
	case i >= 0:
		e.Name = s.accounts[i].Name
	case e.By != 0:
		return missing("experimenter", e.By)
	}
	e.At, e.Batch, e.Number = kept(e.At), 0, 0
	s.events = append(s.events, e)
	return nil
}

// Events implements web.Store.
func (s *Store) Events(_ context.Context, id study.SessionID) ([]study.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.session(id)
	if err != nil {
		return nil, nil //nolint:nilerr // as above
	}
	return s.eventsOf(*x), nil
}

func (s *Store) eventsOf(x study.Session) []study.Event {
	var all []study.Event
	for _, e := range s.events {
		if e.Session == x.ID {
			all = append(all, e)
		}
	}
	for _, t := range x.Trials {
		for _, a := range t.Attempts {
			for _, b := range s.batches[a.ID] {
				for _, e := range b.Events {
					e.Session = x.ID
					all = append(all, e)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b study.Event) int { return a.At.Compare(b.At) })
	return all
}
