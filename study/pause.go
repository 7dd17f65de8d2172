package study

import "time"

// maxPause is the longest that a study may make people rest.
const maxPause = time.Hour

// pausesBefore reports whether a pause is offered before the trial with this index: after every so many trials, or because a block begins.
func (s Session) pausesBefore(i int) bool {
	d, position := s.Version.Design, s.Trials[i].Position
	if position <= 1 {
		return false
	}
	if _, returns := s.returnsBefore(i); returns {
		return false // they come back from a longer one
	}
	every := d.PauseEvery > 0 && (position-1)%d.PauseEvery == 0
	return every || d.Blocks.Pause && s.endsBlock(i-1)
}

// RestsUntil returns when a participant who stands at a pause, or between two visits, may go on. A pause begins when the trial before it is
// over and everything after it is answered; the time between two visits begins with the end of the trial, since who leaves before the last
// questionnaire answers it when they come back. It is the zero time elsewhere, and where a pause has any length.
func (s Session) RestsUntil() time.Time {
	step := s.Step()
	least := s.restsAt(step)
	if least == 0 {
		return time.Time{}
	}
	before := s.Trials[step.Trial-1] // a pause comes before no first trial
	began := before.Last().EndedAt
	if step.Kind == StepPause && before.RatedAt.After(began) {
		began = before.RatedAt
	}
	return began.Add(least)
}

// restsAt returns how long a step takes at least.
func (s Session) restsAt(step Step) time.Duration {
	switch step.Kind {
	case StepPause:
		return s.Version.Design.PauseLeast
	case StepReturn:
		v, _ := s.returnsBefore(step.Trial)
		return v.Apart
	}
	return 0
}

// Rests returns how long a participant who stands at a pause, or between two visits, must rest at least from now on. If the clock was set
// back behind the beginning of that, nothing is left of a pause, and the whole time between two visits is.
func (s Session) Rests(now time.Time) time.Duration {
	left, step := s.RestsUntil().Sub(now), s.Step()
	if whole := s.restsAt(step); left > whole && step.Kind == StepReturn {
		return whole
	} else if left > whole {
		return 0
	}
	return max(0, left)
}

// MayGoOnAt returns an ErrConflict if the participant stands at a pause, or between two visits, and that is not over at the moment now.
func (s Session) MayGoOnAt(now time.Time) error {
	switch {
	case s.Rests(now) == 0:
		return nil
	case s.Step().Kind == StepReturn:
		return Refuse(ErrConflict, "It is too early for your next visit. This page says when you can come back.")
	}
	return Refuse(ErrConflict, "Please rest a little longer: the pause is not over yet.")
}

func (d Design) checkPauses(f faults) {
	f.unless(d.PauseEvery >= 0 && d.PauseEvery <= MaxTrials, "pause_every", "pauses come after 1 to %d trials, or 0 for none", MaxTrials)
	f.unless(d.PauseLeast >= 0 && d.PauseLeast <= maxPause, "pause_least_s", "a pause takes at least 0 to %g s", maxPause.Seconds())
	f.unless(d.PauseLeast == 0 || d.PauseEvery > 0 || d.Blocks.Pause, "pause_least_s", "this study has no pauses: say after how many trials, or that each block begins with one")
	f.unless(!d.Blocks.Pause || d.Blocks.By != NoFactor, "blocks.pause", "this study has no blocks: choose by what they are cut")
}
