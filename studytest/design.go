package studytest

import (
	"time"

	"vmstudy/study"
)

// Design returns a small valid design that uses every part of one: three methods, streaming
// by a strategy that is named, two networks and one task make five conditions, with practice, pauses and
// questions.
func Design() study.Design {
	return study.Design{
		Title:      "Writing a letter from afar",
		Consent:    "You will use a computer that may be slow.\n\nYou may stop at any time.",
		Thanks:     "Thank you. The results will be on the notice board in May.",
		Appliance:  "editor",
		Methods:    study.AccessMethods(),
		Strategies: []study.Strategy{study.ClusterStrategy},
		Networks: []study.NamedNetwork{
			{Name: "LAN", Network: study.Network{}},
			{Name: "3G", Network: study.Network{
				Down: 7_200 * study.Kbps, Up: 1_500 * study.Kbps, RTT: 120 * time.Millisecond,
				Jitter: 5 * time.Millisecond, Loss: 0.013, Queue: 100,
			}},
		},
		Tasks: []study.Task{{
			ID: "type", Title: "Write a letter", Instruction: "Copy the letter on the left.", Goal: "letter.txt",
		}},
		Practice: &study.Task{
			ID: "try", Title: "Look around", Instruction: "Move a window.", Goal: "moved", Practice: true,
		},
		About:       "about",
		Instruments: []string{"tlx", "satisfaction"},
		Order:       study.Williams,
		Seed:        1<<63 + 42, // beyond the signed numbers
		TrialLimit:  3 * time.Minute,
		PauseEvery:  2,
		SetUp:       10 * time.Minute,
	}
}

// OneTrial returns the smallest design that can be conducted: one local trial, nothing asked.
func OneTrial() study.Design {
	return study.Design{
		Title:      "One look",
		Consent:    "You will look at a screen.",
		Appliance:  "editor",
		Methods:    []study.AccessMethod{study.Local},
		Tasks:      []study.Task{{ID: "look", Title: "Look", Instruction: "Look at the screen."}},
		Order:      study.Latin,
		TrialLimit: time.Minute,
	}
}

// Noon is the time at which sample studies begin. It has no more digits than a database keeps.
var Noon = time.Date(2026, 3, 14, 12, 0, 0, 123_456_000, time.UTC)
