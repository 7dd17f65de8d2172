package api_test

import (
	"context"
	"time"

	"vmstudy/study"
)

func (w *witness) OfferSlots(ctx context.Context, slots []study.Slot, machines int) error {
	w.note(ctx)
	return w.Store.OfferSlots(ctx, slots, machines)
}

func (w *witness) WalkIn(ctx context.Context, b study.Booking, s study.Slot, machines int) (study.Slot, error) {
	w.note(ctx)
	return w.Store.WalkIn(ctx, b, s, machines)
}

func (w *witness) RecordCompensations(ctx context.Context, s study.StudyID, all []study.Compensation) error {
	w.note(ctx)
	return w.Store.RecordCompensations(ctx, s, all)
}

func (w *witness) SetState(ctx context.Context, id study.StudyID, o study.Openness) error {
	w.note(ctx)
	return w.Store.SetState(ctx, id, o)
}

func (w *witness) CreateStudy(ctx context.Context, by study.ExperimenterID, d study.Design, at time.Time) (study.StudyID, error) {
	w.note(ctx)
	return w.Store.CreateStudy(ctx, by, d, at)
}
