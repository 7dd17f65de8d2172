package studytest

import (
	"context"
	"iter"
	"slices"

	"vmstudy/study/audit"
)

// Audits returns the entries of the audit. Of changes it has only those that a method of the database tells of in its own words, notes that are removed, and networks that are kept.
func (s *Store) Audits() []audit.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.audits)
}

func (s *Store) append(e audit.Entry) audit.Head {
	var head audit.Head
	if n := len(s.audits); n > 0 {
		head = s.audits[n-1].Head()
	}
	e = head.Next(e)
	s.audits = append(s.audits, e)
	return e.Head()
}

// Record implements web.Store.
func (s *Store) Record(_ context.Context, e audit.Entry) (audit.Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.append(e), nil
}

// Entries implements lab.Audited.
func (s *Store) Entries(_ context.Context, f audit.Filter) (all []audit.Entry, _ error) {
	for _, e := range slices.Backward(s.Audits()) {
		if f.Chooses(e) && len(all) < f.Most {
			all = append(all, e)
		}
	}
	return all, nil
}

// Trail implements lab.Audited.
func (s *Store) Trail(context.Context) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, e := range s.Audits() {
			if !yield(e, nil) {
				return
			}
		}
	}
}
