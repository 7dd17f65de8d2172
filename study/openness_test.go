package study

import (
	"errors"
	"testing"
)

func TestAStudyIsClosedBeforeItIsArchived(t *testing.T) {
	draft, published := Study{}, Study{Published: &Version{}}
	for name, tt := range map[string]struct {
		study     Study
		now, next StudyState
		want      error
	}{
		"an open study is closed":                       {published, StudyOpen, StudyClosed, nil},
		"a closed one is reopened":                      {published, StudyClosed, StudyOpen, nil},
		"a closed one is archived":                      {published, StudyClosed, StudyArchived, nil},
		"an archived one is brought back":               {published, StudyArchived, StudyClosed, nil},
		"a draft is archived":                           {draft, StudyOpen, StudyArchived, nil},
		"an archived draft is brought back":             {draft, StudyArchived, StudyOpen, nil},
		"what is said twice is no change":               {published, StudyClosed, StudyClosed, nil},
		"an open study is archived":                     {published, StudyOpen, StudyArchived, ErrConflict},
		"an archived one is reopened":                   {published, StudyArchived, StudyOpen, ErrConflict},
		"a draft, in which nobody can begin, is closed": {draft, StudyOpen, StudyClosed, ErrConflict},
		"a state that is none":                          {published, StudyOpen, "gone", ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			s := tt.study
			s.Openness.State = tt.now
			err := s.Admits(tt.next)
			if !errors.Is(err, tt.want) || tt.want != nil && Sentence(err) == "" {
				t.Errorf("from %q to %q: %v, want %v", tt.now, tt.next, err, tt.want)
			}
		})
	}
}

func TestAStudyWithSomethingOnRecordIsNotDeleted(t *testing.T) {
	for name, tt := range map[string]struct {
		study        Study
		calibrations int
		withdrawn    int
		compensated  int
		want         error
	}{
		"a draft":                                   {Study{}, 0, 0, 0, nil},
		"an archived draft":                         {Study{Openness: Openness{State: StudyArchived}}, 0, 0, 0, nil},
		"a published study":                         {Study{Published: &Version{}}, 0, 0, 0, ErrConflict},
		"a draft that was calibrated":               {Study{}, 1, 0, 0, ErrConflict},
		"a draft from which somebody has withdrawn": {Study{}, 0, 1, 0, ErrConflict},
		"a draft in which somebody was paid":        {Study{}, 0, 0, 1, ErrConflict},
		"a published one, calibrated ":              {Study{Published: &Version{}}, 3, 0, 0, ErrConflict},
	} {
		if err := tt.study.Deletable(tt.calibrations, tt.withdrawn, tt.compensated); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}
