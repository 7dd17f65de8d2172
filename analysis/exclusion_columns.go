package analysis

import (
	"iter"
	"time"

	"vmstudy/study"
)

// exclusionRow is a participant, a trial or an attempt that does not count.
type exclusionRow struct {
	what        string // participant, trial or attempt
	participant string
	hash        string
	session     study.SessionID
	trial       study.Trial
	attempt     int
	why         study.WhyNot
	ground      study.Ground
	reason, by  string
	at          time.Time
}

var exclusionColumns = []Column[exclusionRow]{
	{"excluded", "", "What does not count: participant (nothing of theirs does), trial, or attempt (another one at its trial may).", func(r exclusionRow) Value { return Text(r.what) }},
	{"participant", "", "Code of the participant.", func(r exclusionRow) Value { return Text(r.participant) }},
	{"study_hash", "", "SHA-256 of the study's version; empty before the first visit.", func(r exclusionRow) Value { return Text(r.hash) }},
	{"session_id", "", "Number of the session; empty before the first visit.", func(r exclusionRow) Value { return id(r.session) }},
	{"trial_id", "", "Number of the trial; empty for a participant.", func(r exclusionRow) Value { return id(r.trial.ID) }},
	{"position", "", "Place of the trial in the session, counted from 1; empty for a participant.", func(r exclusionRow) Value { return positive(r.trial.Position) }},
	{"attempt", "", "Number of the attempt; empty for others.", func(r exclusionRow) Value { return positive(r.attempt) }},
	{"why_not", "", whyNotMeaning(), func(r exclusionRow) Value { return Text(string(r.why)) }},
	{"ground", "", "The reason on the list from which an experimenter chose; empty if nobody did.", func(r exclusionRow) Value { return Text(string(r.ground)) }},
	{"reason", "", "What was written about it: by an experimenter, or by the program where something failed.", func(r exclusionRow) Value { return Text(r.reason) }},
	{"excluded_by", "", "The experimenter who did it; empty if nobody did.", func(r exclusionRow) Value { return Text(r.by) }},
	{"excluded_at", "UTC", "When; for an attempt when it ended, if it has.", func(r exclusionRow) Value { return Moment(r.at) }},
}

// exclusionRows yields what does not count, each with the largest thing that it is part of: whoever does not count has one row, and none for
// their trials; a trial that does not count has one, and none for its attempts. Practice, which nobody takes for data, has none.
func exclusionRows(set study.AnalysisSet, people iter.Seq2[study.Participant, error], sessions iter.Seq2[study.Session, error]) iter.Seq2[exclusionRow, error] {
	return func(yield func(exclusionRow, error) bool) {
		for p, err := range people {
			if err != nil {
				yield(exclusionRow{}, err)
				return
			}
			if p.Session == 0 && !yield(exclusionRow{what: "participant", participant: p.Code, why: set.Absent(p)}, nil) {
				return
			}
		}
		for s, err := range sessions {
			if err != nil {
				yield(exclusionRow{}, err)
				return
			}
			for _, row := range excludedIn(set, s) {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

func excludedIn(set study.AnalysisSet, s study.Session) (all []exclusionRow) {
	head := exclusionRow{participant: s.Participant.Code, hash: s.Version.Hash, session: s.ID}
	if head.why = set.Session(s); head.why != study.Counts {
		head.what = "participant"
		if head.why == study.WasExcluded || head.why == study.HasWithdrawn {
			r := s.Assignment.Ruling
			head.ground, head.reason, head.by, head.at = r.Ground, r.Why, r.Name, r.At
		}
		return []exclusionRow{head}
	}
	for _, t := range s.Trials {
		if t.Practice() {
			continue
		}
		row := head
		row.trial = t
		if why := set.Trial(s, t); why != study.Counts {
			row.what, row.why, row.reason, row.at = "trial", why, t.Last().Cause, t.Last().EndedAt
			if r := t.Ruling; r.Excluded {
				row.ground, row.reason, row.by, row.at = r.Ground, r.Why, r.Name, r.At
			}
			all = append(all, row)
			continue // its attempts are part of it
		}
		for _, a := range t.Attempts {
			if why := set.Attempt(s, t, a); why != study.Counts {
				row.what, row.attempt, row.why, row.reason, row.at = "attempt", a.Number, why, a.Cause, a.EndedAt
				all = append(all, row)
			}
		}
	}
	return all
}
