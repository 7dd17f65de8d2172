package studytest

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"vmstudy/analysis"
	"vmstudy/study"
)

// AddNote implements lab.Notes.
func (s *Store) AddNote(_ context.Context, n study.Note) (study.NoteID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := n.Check(); err != nil {
		return 0, err
	}
	x, err := s.session(n.Session)
	if err != nil {
		return 0, err
	}
	if _, _, found := x.Attempt(n.Attempt); n.Attempt != 0 && !found {
		return 0, missing("attempt", n.Attempt)
	}
	n.ID, n.At, n.WrittenAt, n.Tags = study.NoteID(s.nextID()), kept(n.At), kept(n.WrittenAt), slices.Clone(n.Tags)
	s.notes = append(s.notes, n)
	return n.ID, nil
}

// RemoveNote implements lab.Notes.
func (s *Store) RemoveNote(ctx context.Context, in study.SessionID, id study.NoteID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.notes, func(n study.Note) bool { return n.ID == id && n.Session == in })
	if i < 0 {
		return missing("note", id)
	}
	s.notes = slices.Delete(slices.Clone(s.notes), i, i+1)
	s.tell(ctx)
	return nil
}

// Notes implements lab.Notes.
func (s *Store) Notes(_ context.Context, in study.SessionID) ([]study.Note, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.notesOf(in), nil
}

func (s *Store) notesOf(in study.SessionID) []study.Note {
	all := []study.Note{}
	for _, n := range s.notes {
		if n.Session == in {
			n.Name = s.nameOf(n.By)
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b study.Note) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) })
	return all
}

// Notes implements analysis.Source.
func (s Source) Notes(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Note, error] {
	return yieldAll(ctx, s.store, func() (all []analysis.Note) {
		for _, x := range s.store.sessionsOf(f) {
			for _, n := range s.store.notesOf(x.ID) {
				row := analysis.Note{Participant: x.Participant.Code, Hash: x.Version.Hash, Note: n}
				if t, a, found := x.Attempt(n.Attempt); found {
					row.Trial, row.Position, row.Number, row.Condition = t.ID, t.Position, a.Number, t.Condition
				}
				all = append(all, row)
			}
		}
		return all
	})
}
