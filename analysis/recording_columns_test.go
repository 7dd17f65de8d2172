package analysis

import (
	"strings"
	"testing"

	"vmstudy/study"
)

func TestTheCodebookKnowsEveryEndOfARecording(t *testing.T) {
	for _, c := range recordingColumns {
		if c.Name != "ended_because" {
			continue
		}
		for _, why := range study.RecordingEnds() {
			if !strings.Contains(c.Meaning, string(why)) {
				t.Errorf("the meaning of %s does not mention %s", c.Name, why)
			}
		}
	}
}
