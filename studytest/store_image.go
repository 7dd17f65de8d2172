package studytest

import (
	"context"
	"slices"

	"vmstudy/study"
)

// KeepImage implements web.Store.
func (s *Store) KeepImage(_ context.Context, f study.ImageFile) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.images[f.SHA256]; !there {
		f.Content = slices.Clone(f.Content)
		s.images[f.SHA256] = f
	}
	return nil
}

// ImageFile implements web.Store.
func (s *Store) ImageFile(_ context.Context, sha256 string) (study.ImageFile, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, there := s.images[sha256]
	if !there {
		return study.ImageFile{}, missing("image", sha256)
	}
	return f, nil
}
