package analysis

import (
	"fmt"
	"slices"
	"strings"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// countColumns say of each row whether it counts, and if not, why. why applies study.AnalysisSet to the row.
func countColumns[Row any](why func(Row) study.WhyNot) []Column[Row] {
	return []Column[Row]{
		{"counts", "", "Whether the row is among those that the results page describes for all groups, without pilots. Take only the rows that count, and you have the numbers of that page.", func(r Row) Value {
			return Flag(why(r) == study.Counts)
		}},
		{"why_not", "", whyNotMeaning(), func(r Row) Value { return Text(string(why(r))) }},
	}
}

func whyNotMeaning() string {
	var s strings.Builder
	s.WriteString("Why the row does not count; empty if it does. Where several reasons hold, the first in this list is given.")
	for _, r := range study.Reasons() {
		fmt.Fprintf(&s, " [%s: %s]", r.Why, r.Says)
	}
	return s.String()
}

// verdicts say why something does not count, by what it belongs to.
type verdicts struct {
	sessions map[study.SessionID]study.WhyNot
	trials   map[study.TrialID]study.WhyNot
	attempts map[attemptKey]study.WhyNot
	odd      map[oddKey]bool // answers that are none
}

// oddKey names an answer that is none.
type oddKey struct {
	session          study.SessionID
	trial            study.TrialID
	instrument, item string
}

// attemptKey names an attempt as the rows of interactions do.
type attemptKey struct {
	trial  study.TrialID
	number int
}

func newVerdicts() verdicts {
	return verdicts{map[study.SessionID]study.WhyNot{}, map[study.TrialID]study.WhyNot{}, map[attemptKey]study.WhyNot{}, map[oddKey]bool{}}
}

// judge keeps what set says of a session and of all that is in it.
func (v verdicts) judge(set study.AnalysisSet, s study.Session) {
	v.sessions[s.ID] = set.Session(s)
	for _, t := range s.Trials {
		v.trials[t.ID] = set.Trial(s, t)
		for _, a := range t.Attempts {
			v.attempts[attemptKey{t.ID, a.Number}] = set.Attempt(s, t, a)
		}
	}
}

// ofParticipant says why a participant does not count.
func (p places) ofParticipant(x study.Participant) study.WhyNot {
	if x.Session == 0 {
		return p.set.Absent(x)
	}
	return p.why.sessions[x.Session]
}

// ofResponse says why an answer does not count: its trial does not or, if it is about the person, a block or a visit, the session.
// So does one that is none, which results leave out.
func (v verdicts) ofResponse(r Response) study.WhyNot {
	why := v.ofScore(r)
	if why == study.Counts && v.odd[oddKey{r.Session, r.Trial, r.Instrument, r.Item}] {
		return study.NotAnAnswer
	}
	return why
}

// ofScore says why what was computed from an answer and others does not count. What was asked about a block or a visit does not depend on
// the last trial of it.
func (v verdicts) ofScore(r Response) study.WhyNot {
	if r.Trial != 0 && !r.Occasion.Spans() {
		return v.trials[r.Trial]
	}
	return v.sessions[r.Session]
}

// markOdd keeps which answers are none.
func (v verdicts) markOdd(person *answers, asked instruments) {
	for _, key := range person.order {
		first := person.first[key]
		in, known := asked.find(key.instrument)
		_, odd := in.Part(person.all[key])
		for _, a := range person.all[key] {
			wrong := slices.ContainsFunc(odd, func(o instrument.Odd) bool { return o.Item == a.Item && o.Value == a.Value })
			if wrong || !known {
				v.odd[oddKey{first.Session, first.Trial, key.instrument, a.Item}] = true
			}
		}
	}
}

// ofInteraction says why an input does not count: its attempt does not.
func (v verdicts) ofInteraction(i Interaction) study.WhyNot {
	return v.attempts[attemptKey{i.Trial, i.Attempt}]
}
