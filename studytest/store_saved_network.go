package studytest

import (
	"cmp"
	"context"
	"slices"

	"vmstudy/study"
	"vmstudy/study/audit"
)

// SaveNetwork implements lab.SavedNetworks.
func (s *Store) SaveNetwork(ctx context.Context, n study.SavedNetwork) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := n.Check(); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.accounts, func(a account) bool { return a.ID == n.By }) {
		return missing("experimenter", n.By)
	}
	if already, err := n.Beside(s.networksOf(n.By)); err != nil || already {
		return err
	}
	n.ID, n.At = study.SavedNetworkID(s.nextID()), kept(n.At)
	s.networks = append(s.networks, n)
	s.tell(ctx)
	return nil
}

// SavedNetworks implements lab.SavedNetworks.
func (s *Store) SavedNetworks(_ context.Context, of study.ExperimenterID) ([]study.SavedNetwork, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.networksOf(of), nil
}

func (s *Store) networksOf(e study.ExperimenterID) []study.SavedNetwork {
	all := []study.SavedNetwork{}
	for _, n := range s.networks {
		if n.By == e {
			all = append(all, n)
		}
	}
	slices.SortFunc(all, func(a, b study.SavedNetwork) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// RemoveNetwork implements lab.SavedNetworks.
func (s *Store) RemoveNetwork(ctx context.Context, of study.ExperimenterID, id study.SavedNetworkID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.networks, func(n study.SavedNetwork) bool { return n.ID == id && n.By == of })
	if i < 0 {
		return missing("network", id)
	}
	s.networks = slices.Delete(slices.Clone(s.networks), i, i+1)
	s.tell(ctx)
	return nil
}

// tell appends what somebody does to the audit.
func (s *Store) tell(ctx context.Context) {
	if act, known := audit.From(ctx); known {
		s.append(act.Entry())
	}
}
