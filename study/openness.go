package study

import "time"

// StudyState says who may begin in a study.
type StudyState string

// The states of a study. The zero value is the state of a study that nobody has ever closed.
const (
	StudyOpen     StudyState = ""         // participants may begin, once a version is published
	StudyClosed   StudyState = "closed"   // nobody new begins; visits that have begun go on to their end
	StudyArchived StudyState = "archived" // as closed, and the list of studies leaves it out
)

// Openness is the state of a study, and who said so. It is zero if nobody ever did.
type Openness struct {
	State StudyState
	By    ExperimenterID
	Name  string // of By; set only when read from the database
	At    time.Time
}

// ErrStudyClosed is for those who want to begin in a study that is not open.
var ErrStudyClosed = Refuse(ErrConflict, "This study is closed, so nobody new can begin. Thank you for your interest.")

// Admits returns an ErrConflict, with a sentence, if the study cannot get this state now. A study that is published is closed
// before it is archived, and comes back from the archive as a closed one.
func (s Study) Admits(next StudyState) error {
	now, published := s.Openness.State, s.Published != nil
	switch {
	case next == now:
		return nil
	case next != StudyOpen && next != StudyClosed && next != StudyArchived:
		return invalid("a study is open, closed or archived, not %q", string(next))
	case next == StudyClosed && !published:
		return Refuse(ErrConflict, "Nothing is published, so nobody can begin, and there is nothing to close.")
	case next == StudyArchived && now == StudyOpen && published:
		return Refuse(ErrConflict, "Participants can still begin in this study. Close it before you archive it.")
	case next == StudyOpen && now == StudyArchived && published:
		return Refuse(ErrConflict, "This study is in the archive. Bring it back before you reopen it.")
	}
	return nil
}

// Appoints returns why nobody gets an appointment in the study any more, nor a mail about one; nil if they may.
func (s Study) Appoints() error {
	if s.Openness.State == StudyArchived {
		return ErrArchived
	}
	return nil
}

// Deletable returns an ErrConflict, with a sentence, unless the study may be deleted: nothing was published, which somebody may
// have quoted, nothing was measured, nobody has withdrawn, and nobody was compensated. calibrations, withdrawn and compensated count those of the study.
// Without a version nobody can have begun.
func (s Study) Deletable(calibrations, withdrawn, compensated int) error {
	switch {
	case s.Published != nil:
		return Refuse(ErrConflict, "This study has been published, and what is published is kept. Archive it instead.")
	case calibrations > 0:
		return Refuse(ErrConflict, "The networks of this study have been calibrated, and what is measured is kept. Archive it instead.")
	case withdrawn > 0:
		return Refuse(ErrConflict, "Somebody has withdrawn from this study, and that is kept. Archive it instead.")
	case compensated > 0:
		return Refuse(ErrConflict, "It is on record what somebody got for taking part in this study, and that is kept. Archive it instead.")
	}
	return nil
}
