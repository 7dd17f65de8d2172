package analysis

import (
	"testing"
	"time"

	"vmstudy/study"
)

// What is asked after a block is asked when its last trial is done, whether that trial counts or not.
func TestAnswersAboutABlockCountWithTheSession(t *testing.T) {
	s := study.Session{ID: 1, ConsentedAt: time.Unix(1, 0), Trials: []study.Trial{{
		ID: 7, Position: 1, Attempts: []study.Attempt{{Number: 1, State: study.Finished, Outcome: study.EndedByExperimenter}},
	}}}
	away := s
	away.TurnedAway = true
	for name, tt := range map[string]struct {
		session  study.Session
		occasion study.Occasion
		want     study.WhyNot
	}{
		"after the trial":                        {s, study.AfterTrial, study.EndedByOthers},
		"after the block":                        {s, study.AfterBlock, study.Counts},
		"after the visit":                        {s, study.AfterVisit, study.Counts},
		"after the block, of who does not count": {away, study.AfterBlock, study.ScreenedOut},
	} {
		v := newVerdicts()
		v.judge(study.AnalysisSet{}, tt.session)
		r := Response{Session: 1, Trial: 7, Position: 1, Occasion: tt.occasion, Instrument: "tlx", Item: "effort", Value: "5"}
		if got := v.ofScore(r); got != tt.want {
			t.Errorf("%s: a score does not count because %q, want %q", name, got, tt.want)
		}
		if got := v.ofResponse(r); got != tt.want {
			t.Errorf("%s: an answer does not count because %q, want %q", name, got, tt.want)
		}
	}
}
