package studytest

import (
	"context"

	"vmstudy/study"
)

// Redraft replaces a study's draft by d, as somebody does who has just seen it.
func Redraft(ctx context.Context, s interface {
	Study(ctx context.Context, id study.StudyID) (study.Study, error)
	ReplaceDraft(ctx context.Context, id study.StudyID, seen string, d study.Design) error
}, id study.StudyID, d study.Design,
) error {
	now, err := s.Study(ctx, id)
	if err != nil {
		return err
	}
	return s.ReplaceDraft(ctx, id, now.Revision, d)
}
