package lab

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/web/page"
)

// This file names what a form, or a program, names by number and is not there, so that nothing is done half and nobody has to guess which it was.

// errNoTime says that a study has no such time.
func errNoTime(in study.StudyID, id study.SlotID) error {
	return page.ErrMissing("There is no time %s in study %s.", int64(id), int64(in))
}

// errNoParticipant says that a study has no such participant.
func errNoParticipant(in study.StudyID, id study.ParticipantID) error {
	return page.ErrMissing("There is no participant %s in study %s.", int64(id), int64(in))
}

// slotNumbered returns the slot of a study with a number.
func (s *Server) slotNumbered(ctx context.Context, in study.StudyID, id study.SlotID) (study.Slot, error) {
	some, err := s.Store.SlotsIn(ctx, in, study.Part{After: int64(id) - 1, Most: 1})
	if err == nil && (len(some) == 0 || some[0].ID != id) {
		return study.Slot{}, errNoTime(in, id)
	}
	if err != nil {
		return study.Slot{}, err
	}
	return some[0], nil
}

// participantNumbered returns the participant of a study with a number.
func (s *Server) participantNumbered(ctx context.Context, in study.StudyID, id study.ParticipantID) (study.Participant, error) {
	some, err := s.Store.ParticipantsIn(ctx, in, study.Part{After: int64(id) - 1, Most: 1})
	if err == nil && (len(some) == 0 || some[0].ID != id) {
		return study.Participant{}, errNoParticipant(in, id)
	}
	if err != nil {
		return study.Participant{}, err
	}
	return some[0], nil
}

const mostNamed = 10 // numbers that a sentence has

// allThere refuses the fields "who" of a form that name nobody, or a simulated participant, to whom nothing is given.
func allThere(people []study.Participant, who []string) error {
	var unknown []string
	for _, text := range who {
		known := slices.ContainsFunc(people, func(p study.Participant) bool { return strconv.FormatInt(int64(p.ID), 10) == text && !p.Simulated })
		if !known && !slices.Contains(unknown, text) {
			unknown = append(unknown, text)
		}
	}
	more := ""
	if n := len(unknown) - mostNamed; n > 0 {
		unknown, more = unknown[:mostNamed], " and "+study.Count(n, "other")
	}
	switch len(unknown) {
	case 0:
		return nil
	case 1:
		return study.Refuse(study.ErrInvalid, "There is nobody with the number %s among the people of this study, so nothing was done.", unknown[0])
	}
	return study.Refuse(study.ErrInvalid, "There is nobody with the numbers %s%s among the people of this study, so nothing was done.", strings.Join(unknown, ", "), more)
}
