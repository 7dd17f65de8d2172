package analysis

import (
	"time"

	"vmstudy/study"
)

const placeStateMeaning = "What has become of the participant's place in the plan, when the data were exported. active: the visit goes on. " +
	"finished: it came to its end. dropped: the lease ran out 12 hours after the last page was opened, or an experimenter expects nothing more. withdrawn: the participant " +
	"takes no part any more. excluded: an experimenter excluded them, place_reason says why. Active and finished places are those that count as filled; the others " +
	"were given to later participants. Empty before consent."

// trialRulingColumns say what an experimenter said about a trial.
var trialRulingColumns = []Column[attemptRow]{
	{"trial_ground", "", "Why an experimenter excluded the trial, or let it count again: as place_ground in sessions.csv. Empty if nobody did, or only in words.", func(r attemptRow) Value {
		return Text(string(r.trial.Ruling.Ground))
	}},
	{"trial_reason", "", "What they wrote about it.", func(r attemptRow) Value { return Text(r.trial.Ruling.Why) }},
}

// placeColumns are the columns of a session's place in the plan of its study. at is when states are told.
func placeColumns(at time.Time) []Column[study.Session] {
	return []Column[study.Session]{
		{"group", "", "The participant's group: the level of the factor between participants. Empty in studies without one.", func(s study.Session) Value {
			return Text(s.Assignment.Place.Group)
		}},
		{"sequence", "", "Which of the design's sequences the participant got, counted from 1, as on the pages of the study. Empty before consent, when it is assigned.", func(s study.Session) Value {
			if !s.Assignment.Taken() {
				return Value{}
			}
			return Number(s.Assignment.Place.Number())
		}},
		{"arrival", "", "Number of the participant among those who took a place of the plan; pilots are counted apart. With the seed it decided which of equally filled places they got.", func(s study.Session) Value {
			return positive(s.Assignment.Arrival)
		}},
		{"assigned_at", "UTC", "When the participant got the sequence.", func(s study.Session) Value { return Moment(s.Assignment.TakenAt) }},
		{"place_state", "", placeStateMeaning, func(s study.Session) Value { return Text(string(s.Assignment.State(at))) }},
		{"place_ground", "", "Why an experimenter dropped or excluded the participant: technical (something failed), interrupted, instructions (they did something else than the task asked for), " +
			"ineligible (the study is not about people like them), unserious (they did not read the questions), absent (they have gone, or have not come), other. Empty if nobody did, and for what was said before there was this list.", func(s study.Session) Value {
			return Text(string(s.Assignment.Ruling.Ground))
		}},
		{"place_reason", "", "What an experimenter wrote when they dropped or excluded the participant, or took that back.", func(s study.Session) Value { return Text(s.Assignment.Ruling.Why) }},
	}
}
