package studytest

import (
	"context"
	"slices"
	"time"

	"vmstudy/study"
)

// OpenCalibration implements calibration.Store.
func (s *Store) OpenCalibration(_ context.Context, c study.Calibration) (study.CalibrationID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.studies, func(e *experiment) bool { return e.ID == c.Study }) {
		return 0, missing("study", c.Study)
	}
	if c.By == "" {
		return 0, study.ErrInvalid
	}
	c.ID, c.State, c.StartedAt, c.EndedAt = study.CalibrationID(s.nextID()), study.CalibrationRuns, kept(c.StartedAt), time.Time{}
	c.Networks = slices.Clone(c.Networks)
	s.calibrations = append(s.calibrations, &c)
	return c.ID, nil
}

// CloseCalibration implements calibration.Store.
func (s *Store) CloseCalibration(_ context.Context, c study.Calibration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	was, err := s.calibration(c.ID)
	switch {
	case err != nil:
		return err
	case was.State.Ended():
		return study.ErrConflict
	case !c.State.Ended():
		return study.ErrInvalid
	}
	was.State, was.Cause, was.EndedAt, was.Machine = c.State, c.Cause, kept(c.EndedAt), c.Machine
	was.Findings, was.Unmeasured = slices.Clone(c.Findings), slices.Clone(c.Unmeasured)
	return nil
}

// InterruptCalibrations implements calibration.Store.
func (s *Store) InterruptCalibrations(_ context.Context, at time.Time, cause string) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calibrations {
		if !c.State.Ended() {
			c.State, c.Cause, c.EndedAt = study.CalibrationInterrupted, cause, kept(at)
			n++
		}
	}
	return n, nil
}

func (s *Store) calibration(id study.CalibrationID) (*study.Calibration, error) {
	for _, c := range s.calibrations {
		if c.ID == id {
			return c, nil
		}
	}
	return nil, missing("calibration", id)
}

// Calibration implements web.Store.
func (s *Store) Calibration(_ context.Context, id study.CalibrationID) (study.Calibration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.calibration(id)
	if err != nil {
		return study.Calibration{}, err
	}
	return *c, nil
}

// Calibrations implements web.Store.
func (s *Store) Calibrations(_ context.Context, id study.StudyID) (all []study.Calibration, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range slices.Backward(s.calibrations) {
		if c.Study == id {
			all = append(all, *c)
		}
	}
	return all, nil
}
